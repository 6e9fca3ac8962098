import { EksPodIdentityAssociation } from "@cdktf/provider-aws/lib/eks-pod-identity-association/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Statement } from "./host-identity.ts";

export interface PodRoleProps {
  readonly name: string;
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly statements: readonly Statement[];
  /** One of AWS's own policies. */
  readonly managedPolicy?: string;
  readonly after: ITerraformDependable[];
  readonly accountId: string;
}

/** The rights of one service account's pods, by EKS Pod Identity: without a key, and for no other pod. */
export class PodRole extends Construct {
  /** What must exist before its pods start. */
  readonly association: ITerraformDependable;

  constructor(scope: Construct, id: string, props: PodRoleProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      namePrefix: `${props.name}-`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Condition: { StringEquals: { "aws:SourceAccount": props.accountId } },
          },
        ],
      }),
    });
    if (props.statements.length > 0) {
      new IamRolePolicy(this, "rights", {
        role: role.name,
        name: "rights",
        policy: JSON.stringify({ Version: "2012-10-17", Statement: props.statements }),
      });
    }
    if (props.managedPolicy !== undefined) {
      new IamRolePolicyAttachment(this, "managed", {
        role: role.name,
        policyArn: `arn:aws:iam::aws:policy/${props.managedPolicy}`,
      });
    }
    this.association = new EksPodIdentityAssociation(this, "association", {
      clusterName: props.clusterName,
      namespace: props.namespace,
      serviceAccount: props.serviceAccount,
      roleArn: role.arn,
      dependsOn: props.after,
    });
  }
}
