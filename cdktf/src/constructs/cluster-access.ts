import { EksAccessEntry } from "@cdktf/provider-aws/lib/eks-access-entry/index.js";
import { EksAccessPolicyAssociation } from "@cdktf/provider-aws/lib/eks-access-policy-association/index.js";
import { Construct } from "constructs";

export interface ClusterAccessProps {
  readonly clusterName: string;
  /** IAM role that may do everything in the cluster. */
  readonly adminRoleArn: string;
  /** IAM role that deploys: it may edit in the application's namespace, and only there. */
  readonly deployerRoleArn: string;
  /** Kubernetes group of this role, for the rights of the namespace's RBAC. */
  readonly deployerGroup: string;
  /** IAM role with read access to the namespace, by the RBAC of its group; null: none. */
  readonly operatorRoleArn: string | null;
  readonly operatorGroup: string;
  readonly namespace: string;
}

interface Grant {
  readonly clusterName: string;
  readonly roleArn: string;
  readonly policy: string;
  readonly scope: { readonly type: string; readonly namespaces?: string[] };
  readonly groups: string[];
}

/** Access to the cluster: access entries bind IAM roles to its RBAC, without a ConfigMap whose faults lock everyone out. */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, props: ClusterAccessProps) {
    super(scope, id);
    this.grant("admin", {
      ...props,
      roleArn: props.adminRoleArn,
      policy: "AmazonEKSClusterAdminPolicy",
      scope: { type: "cluster" },
      groups: [],
    });
    this.grant("deployer", {
      ...props,
      roleArn: props.deployerRoleArn,
      policy: "AmazonEKSEditPolicy",
      scope: { type: "namespace", namespaces: [props.namespace] },
      groups: [props.deployerGroup],
    });
    const { clusterName, operatorRoleArn: principalArn, operatorGroup } = props;
    if (principalArn === null) return;
    // EKS's view policy would grant more than the namespace's Role, and could not be seen or changed in the namespace.
    new EksAccessEntry(this, "operator", { clusterName, principalArn, kubernetesGroups: [operatorGroup] });
  }

  private grant(id: string, { clusterName, roleArn: principalArn, policy, scope, groups }: Grant): void {
    const entry = new EksAccessEntry(this, id, { clusterName, principalArn, kubernetesGroups: groups });
    new EksAccessPolicyAssociation(this, `${id}-rights`, {
      clusterName,
      principalArn,
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`,
      accessScope: scope,
      dependsOn: [entry],
    });
  }
}
