import { EksAccessEntry } from "@cdktf/provider-aws/lib/eks-access-entry/index.js";
import { EksAccessPolicyAssociation } from "@cdktf/provider-aws/lib/eks-access-policy-association/index.js";
import { Construct } from "constructs";

export interface ClusterAccessProps {
  readonly clusterName: string;
  /** IAM role that may do everything in the cluster. */
  readonly adminRoleArn: string;
  /** IAM role that deploys: it may edit in the application's namespace, and only there. */
  readonly deployerRoleArn: string;
  readonly namespace: string;
}

/** Who may do what in the cluster: IAM roles bound to the cluster's own RBAC, without a ConfigMap that locks everyone out. */
export class ClusterAccess extends Construct {
  constructor(scope: Construct, id: string, props: ClusterAccessProps) {
    super(scope, id);
    this.grant("admin", props.clusterName, props.adminRoleArn, "AmazonEKSClusterAdminPolicy", { type: "cluster" });
    const own = { type: "namespace", namespaces: [props.namespace] };
    this.grant("deployer", props.clusterName, props.deployerRoleArn, "AmazonEKSEditPolicy", own);
  }

  private grant(
    id: string,
    clusterName: string,
    principalArn: string,
    policy: string,
    accessScope: { type: string; namespaces?: string[] },
  ): void {
    const entry = new EksAccessEntry(this, id, { clusterName, principalArn });
    new EksAccessPolicyAssociation(this, `${id}-rights`, {
      clusterName,
      principalArn,
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`,
      accessScope,
      dependsOn: [entry],
    });
  }
}
