import { describe, expect, it } from "vitest";
import { alone, type Resources, statementsOf } from "../../test/support/alone.ts";
import { config, production } from "../../test/support/fixture.ts";
import { account, judge } from "../../test/support/judge.ts";
import { Kubernetes } from "../constructs/kubernetes.ts";
import { stages } from "../stages.ts";
import { clusterRights } from "./cluster-rights.ts";

const targetGroupArn = `arn:aws:elasticloadbalancing:eu-central-1:${account}:targetgroup/analyze-test-web/1`;
const keyArn = `arn:aws:kms:eu-central-1:${account}:key/1`;
const secretArn = `arn:aws:secretsmanager:eu-central-1:${account}:secret:analyze-test/stores-x`;
const { production: settings } = config(production);
const { cluster } = stages.prod;

function rights(secret: string | null, autoscaler: "none" | "cluster-autoscaler" = "cluster-autoscaler"): Resources {
  if (settings === null) throw new Error("prod has no settings");
  const stage = { ...cluster, autoscaler };
  const name = "analyze-test";
  return alone((scope) => {
    const kubernetes = new Kubernetes(scope, "kubernetes", {
      name,
      stage,
      apiCidrs: [],
      subnetIds: ["subnet-1"],
      keyArn,
      accountId: account,
    });
    const given = { name, stage, production: settings, kubernetes, targetGroupArn, keyArn, accountId: account };
    clusterRights(scope, { ...given, secretArn: secret });
  });
}

const stored = rights(secretArn);

/** Service accounts with a role. */
const accounts = (of: Resources): string[] =>
  of("aws_eks_pod_identity_association").map(
    ({ namespace, service_account: one }) => `${String(namespace)}/${String(one)}`,
  );

/** The policies of one role, by the beginning of its name. */
function policiesOf(prefix: string): string[] {
  return stored("aws_iam_role_policy")
    .filter(({ role }) => String(role).includes(`.${prefix}_role`))
    .map(({ policy }) => String(policy));
}

describe("roles of pods", () => {
  const always = ["kube-system/aws-load-balancer-controller"];
  const autoscaler = ["kube-system/cluster-autoscaler"];
  const stores = ["external-secrets/external-secrets", "kube-system/ebs-csi-controller-sa"];

  it.each<[what: string, secret: string | null, scaler: "none" | "cluster-autoscaler", accounts: string[]]>([
    ["with stores and an autoscaler", secretArn, "cluster-autoscaler", [...always, ...autoscaler, ...stores]],
    ["without stores", null, "cluster-autoscaler", [...always, ...autoscaler]],
    ["without an autoscaler", secretArn, "none", [...always, ...stores]],
    ["with neither", null, "none", always],
  ])("exist for what runs %s, and for nothing else", (_, secret, scaler, expected) => {
    expect(accounts(rights(secret, scaler)).sort()).toEqual([...expected].sort());
  });

  it("have rights on `*` only where AWS knows no resource, or with a condition", () => {
    const all = stored("aws_iam_role_policy").flatMap(({ policy }) => statementsOf(policy));
    const wide = all.filter(({ Resource, Condition }) => Resource?.includes("*") && Condition === undefined);
    const changing = wide.flatMap(({ Action }) => Action).filter((one) => !/:(Describe|Get|List)/.test(one));
    expect(changing).toEqual([]);
  });

  it.each([
    ["balancer-controller", "elasticloadbalancing:RegisterTargets", targetGroupArn, "Allowed"],
    ["balancer-controller", "elasticloadbalancing:RegisterTargets", `${targetGroupArn}9`, "ImplicitlyDenied"],
    ["external-secrets", "secretsmanager:GetSecretValue", secretArn, "Allowed"],
    ["external-secrets", "secretsmanager:GetSecretValue", `${secretArn}-2`, "ImplicitlyDenied"],
    ["external-secrets", "secretsmanager:PutSecretValue", secretArn, "ImplicitlyDenied"],
    ["autoscaler", "secretsmanager:GetSecretValue", secretArn, "ImplicitlyDenied"],
  ])("%s: %s on %s is %s", async (role, action, resource, verdict) => {
    expect(policiesOf(role)).toHaveLength(1);
    expect(await judge(policiesOf(role), { action, resource })).toBe(verdict);
  });

  it("wait for the nodes, on which Pod Identity's agent runs", () => {
    for (const { depends_on: after } of stored("aws_eks_pod_identity_association")) {
      expect(after).toContainEqual(expect.stringMatching(/^aws_eks_addon\.kubernetes_eks-pod-identity-agent_/));
    }
  });
});

it("volumes are made only once their driver has its role", () => {
  const driver = stored("aws_eks_addon").find(({ addon_name: name }) => name === "aws-ebs-csi-driver");
  expect(driver?.["depends_on"]).toContainEqual(expect.stringMatching(/^aws_eks_pod_identity_association\.volumes_/));
  expect(rights(null)("aws_eks_addon").map(({ addon_name: name }) => name)).not.toContain("aws-ebs-csi-driver");
});
