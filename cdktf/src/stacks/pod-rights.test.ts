import { expect, it } from "vitest";
import { policyText } from "../../test/support/deployer-policy.ts";
import { withStores } from "../../test/support/fixture.ts";
import { account, judge } from "../../test/support/judge.ts";
import { all, type Synthesised, synthesise } from "../../test/support/synthesised.ts";
import { stages } from "../stages.ts";
import { scaleNodes } from "./pod-rights.ts";

const policy = JSON.stringify({ Version: "2012-10-17", Statement: scaleNodes("analyze-prod") });
const boundary = policyText("boundary");
const group = `arn:aws:autoscaling:eu-central-1:${account}:autoScalingGroup:1:autoScalingGroupName/eks-nodes`;

const podAccounts = (of: Synthesised): unknown[] => each(of, "aws_eks_pod_identity_association", "service_account");
const addonNames = (of: Synthesised): unknown[] => each(of, "aws_eks_addon", "addon_name");

/** An attribute of all resources of a type. */
function each(of: Synthesised, type: string, attribute: string): unknown[] {
  return all(of, type).map((values) => values[attribute]);
}

it.each(["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"])(
  "lets the autoscaler call %s only for the nodes of its cluster",
  async (action) => {
    const of = (cluster: string): Promise<string> =>
      judge([policy], { action, resource: group, context: { "aws:ResourceTag/eks:cluster-name": cluster } }, boundary);
    expect(await Promise.all(["analyze-prod", "analyze-blue", "other"].map(of))).toEqual([
      "Allowed",
      "ImplicitlyDenied",
      "ImplicitlyDenied",
    ]);
  },
);

it("lets the autoscaler describe groups, and change no group, instance or network", async () => {
  expect(await judge([policy], { action: "autoscaling:DescribeAutoScalingGroups", resource: "*" }, boundary)).toBe(
    "Allowed",
  );
  const denied = [
    { action: "autoscaling:UpdateAutoScalingGroup", resource: group },
    { action: "autoscaling:DeleteAutoScalingGroup", resource: group },
    { action: "ec2:TerminateInstances", resource: `arn:aws:ec2:eu-central-1:${account}:instance/i-1` },
    {
      action: "eks:UpdateNodegroupConfig",
      resource: `arn:aws:eks:eu-central-1:${account}:nodegroup/analyze-prod/nodes/1`,
    },
  ];
  const context = { "aws:ResourceTag/eks:cluster-name": "analyze-prod" };
  expect(await Promise.all(denied.map((one) => judge([policy], { ...one, context })))).toEqual(
    denied.map(() => "ImplicitlyDenied"),
  );
});

it("has an optional autoscaler of Kubernetes' version", () => {
  const { cluster } = stages.prod;
  const without = { ...stages, prod: { ...stages.prod, cluster: { ...cluster, autoscaler: "none" as const } } };
  expect(podAccounts(synthesise("prod"))).toContain("cluster-autoscaler");
  expect(podAccounts(synthesise("prod", {}, undefined, without))).not.toContain("cluster-autoscaler");
  expect(synthesise("prod").output["cluster-autoscaler-image"]?.value).toContain(`:v${cluster.kubernetesVersion}.`);
});

it("has the EBS driver if there are stores, with rights only on its cluster's volumes", () => {
  const stored = synthesise("prod", {}, undefined, withStores);
  expect([
    addonNames(stored).includes("aws-ebs-csi-driver"),
    addonNames(synthesise("prod")).includes("aws-ebs-csi-driver"),
  ]).toEqual([true, false]);
  expect(all(stored, "aws_eks_pod_identity_association")).toContainEqual(
    expect.objectContaining({ namespace: "kube-system", service_account: "ebs-csi-controller-sa" }),
  );
  expect(all(stored, "aws_iam_role_policy_attachment").map(({ policy_arn: arn }) => arn)).toContain(
    "arn:aws:iam::aws:policy/AmazonEBSCSIDriverEKSClusterScopedPolicy",
  );
});
