import { describe, expect, it } from "vitest";
import { alone, statementsOf } from "../../test/support/alone.ts";
import { account, judge } from "../../test/support/judge.ts";
import type { Statement } from "./host-identity.ts";
import { PodRole, type PodRoleProps } from "./pod-role.ts";

const secret = `arn:aws:secretsmanager:eu-central-1:${account}:secret:analyze-test/stores-x`;
const read: Statement = { Sid: "Read", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secret };
const props: PodRoleProps = {
  name: "analyze-test-secrets",
  clusterName: "analyze-test",
  namespace: "external-secrets",
  serviceAccount: "reader",
  statements: [read],
  after: [],
  accountId: account,
};
const role = (changes: Partial<PodRoleProps> = {}) =>
  alone((scope) => new PodRole(scope, "role", { ...props, ...changes }));

describe("the role of a service account", () => {
  it("is taken by EKS Pod Identity for this account alone, by no node and no person", () => {
    const [trust] = role()("aws_iam_role").map(({ assume_role_policy: policy }) => statementsOf(policy));
    expect(trust).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]);
  });

  it("belongs to one service account of one namespace", () => {
    expect(role()("aws_eks_pod_identity_association")).toMatchObject([
      { cluster_name: "analyze-test", namespace: "external-secrets", service_account: "reader" },
    ]);
  });

  it("has the given rights, and no others", async () => {
    const policies = role()("aws_iam_role_policy").map(({ policy }) => String(policy));
    const may = (action: string, resource: string) => judge(policies, { action, resource });
    expect(await may("secretsmanager:GetSecretValue", secret)).toBe("Allowed");
    expect(await may("secretsmanager:GetSecretValue", secret.replace("test", "other"))).toBe("ImplicitlyDenied");
    expect(await may("secretsmanager:PutSecretValue", secret)).toBe("ImplicitlyDenied");
    expect(role()("aws_iam_role_policy_attachment")).toEqual([]);
  });

  it("has only AWS's policy if it has no statements: IAM rejects an empty policy", () => {
    const of = role({ statements: [], managedPolicy: "AmazonEBSCSIDriverEKSClusterScopedPolicy" });
    expect(of("aws_iam_role_policy")).toEqual([]);
    expect(of("aws_iam_role_policy_attachment")).toMatchObject([
      { policy_arn: "arn:aws:iam::aws:policy/AmazonEBSCSIDriverEKSClusterScopedPolicy" },
    ]);
  });
});
