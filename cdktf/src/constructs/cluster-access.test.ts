import { describe, expect, it } from "vitest";
import { alone, type Resources } from "../../test/support/alone.ts";
import { ClusterAccess } from "./cluster-access.ts";

const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

function access(operatorRoleArn: string | null): Resources {
  return alone(
    (scope) =>
      new ClusterAccess(scope, "access", {
        clusterName: "analyze-test",
        adminRoleArn: role("admin"),
        deployerRoleArn: role("deployer"),
        deployerGroup: "deployers",
        operatorRoleArn,
        operatorGroup: "operators",
        namespace: "team-a",
      }),
  );
}

/** What a role gets from EKS, and the groups that RBAC of the cluster may know. */
function grantsOf(name: string, of = access(role("operator"))): unknown {
  const isOf = ({ principal_arn: arn }: Record<string, unknown>): boolean => arn === role(name);
  return {
    groups: of("aws_eks_access_entry")
      .filter(isOf)
      .flatMap(({ kubernetes_groups: groups }) => groups),
    policies: of("aws_eks_access_policy_association")
      .filter(isOf)
      .map(({ policy_arn: arn, access_scope: scope }) => [String(arn).split("/").at(-1), scope]),
  };
}

describe("access to the cluster", () => {
  it("of the admin is not limited, and needs no group", () => {
    expect(grantsOf("admin")).toEqual({ groups: [], policies: [["AmazonEKSClusterAdminPolicy", { type: "cluster" }]] });
  });

  it("of the deployer ends at the namespace", () => {
    expect(grantsOf("deployer")).toEqual({
      groups: ["deployers"],
      policies: [["AmazonEKSEditPolicy", { type: "namespace", namespaces: ["team-a"] }]],
    });
  });

  it("of the operator is the namespace's Role alone: EKS's view policy would show more", () => {
    expect(grantsOf("operator")).toEqual({ groups: ["operators"], policies: [] });
  });

  it("has no operator if none is named", () => {
    expect(access(null)("aws_eks_access_entry").map(({ principal_arn: arn }) => arn)).toEqual([
      role("admin"),
      role("deployer"),
    ]);
  });

  it("is granted only after its entry exists", () => {
    for (const one of access(role("operator"))("aws_eks_access_policy_association")) {
      expect(one).toMatchObject({ depends_on: [expect.stringMatching(/^aws_eks_access_entry\./)] });
    }
  });
});
