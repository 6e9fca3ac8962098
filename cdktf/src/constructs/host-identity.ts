import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { Construct } from "constructs";

export interface HostIdentityProps {
  readonly name: string;
  readonly bucketArn: string;
  /** Session Manager's own rights, for a host without an open port. */
  readonly sessionManager: boolean;
  /** Further statements, for what a stage adds to its host. */
  readonly statements?: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The host's role may only read the client's releases. No container runs there, so it may not pull images. */
export class HostIdentity extends Construct {
  readonly profileName: string;

  constructor(scope: Construct, id: string, props: HostIdentityProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      namePrefix: `${props.name}-`,
      description: "The client's host: reads its releases",
      assumeRolePolicy: trust("ec2.amazonaws.com"),
    });
    new IamRolePolicy(this, "rights", {
      role: role.name,
      name: "host",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [...hostStatements(props), ...(props.statements ?? [])],
      }),
    });
    if (props.sessionManager) {
      new IamRolePolicyAttachment(this, "session-manager", {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      });
    }
    this.profileName = new IamInstanceProfile(this, "profile", { namePrefix: `${props.name}-`, role: role.name }).name;
  }
}

/**
 * Trust policy: which service may assume the role. `accountId`: only for this account, for services that name the
 * account they act for; EC2 does not, and cannot act for others.
 */
export function trust(service: string, accountId?: string): string {
  const Condition = { StringEquals: { "aws:SourceAccount": accountId } };
  const who = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [accountId === undefined ? who : { ...who, Condition }],
  });
}

function hostStatements(props: HostIdentityProps): Statement[] {
  return [{ Sid: "ReadReleases", Effect: "Allow", Action: "s3:GetObject", Resource: `${props.bucketArn}/client/*` }];
}
