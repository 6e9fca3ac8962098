import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { DataAwsIamOpenidConnectProvider } from "@cdktf/provider-aws/lib/data-aws-iam-openid-connect-provider/index.js";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js";
import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { AnalyzeStack } from "../stacks/analyze-stack.ts";
import { type DeployerPolicy, deployerPolicy, readingOf, stateLock } from "./rights.ts";

const issuer = "token.actions.githubusercontent.com";

export interface PipelineProps extends Pick<Config, "region" | "stateBucket" | "permissionsBoundary"> {
  /** As {@link repositoryFrom} gives it. */
  readonly repository: string;
  /** Whether the account already trusts GitHub: it can have one provider per issuer. */
  readonly providerExists: boolean;
}

const all: readonly DeployerPolicy[] = ["deployer", "deployer-prod", "deployer-prod-edge"];

/** The rights of each environment. */
const applies: Readonly<Record<string, readonly DeployerPolicy[]>> = { dev: ["deployer"], prod: all };

/**
 * The roles of a repository's workflows, without a stored key: one reads and plans on any ref, one per environment
 * applies. Their names do not begin with `analyze-`: the deployer's rights are limited to that prefix, so no role can
 * change these.
 */
export class PipelineStack extends AnalyzeStack {
  private readonly props: PipelineProps;
  private readonly provider: string;
  private readonly policies = new Map<DeployerPolicy, IamPolicy>();

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id, { ...props, stage: id });
    this.props = props;
    this.provider = this.trusted();
    this.planner();
    for (const [environment, names] of Object.entries(applies)) this.applier(environment, names);
  }

  private trusted(): string {
    const url = `https://${issuer}`;
    if (this.props.providerExists) return new DataAwsIamOpenidConnectProvider(this, "github", { url }).arn;
    return new IamOpenidConnectProvider(this, "github", { url, clientIdList: ["sts.amazonaws.com"] }).arn;
  }

  private planner(): void {
    const role = this.role("plan", "*");
    for (const name of all)
      new IamRolePolicy(this, `plan-${name}`, {
        name,
        role: role.name,
        policy: JSON.stringify(readingOf(deployerPolicy(name))),
      });
    new IamRolePolicy(this, "plan-lock", { name: "state-lock", role: role.name, policy: JSON.stringify(stateLock) });
  }

  private applier(environment: string, names: readonly DeployerPolicy[]): void {
    const role = this.role(`apply-${environment}`, `environment:${environment}`);
    for (const name of names)
      new IamRolePolicyAttachment(this, `apply-${environment}-${name}`, {
        role: role.name,
        policyArn: this.policy(name).arn,
      });
  }

  private policy(name: DeployerPolicy): IamPolicy {
    const known = this.policies.get(name);
    if (known !== undefined) return known;
    const made = new IamPolicy(this, name, {
      name: `pipeline-analyze-${name}`,
      policy: JSON.stringify(deployerPolicy(name)),
    });
    this.policies.set(name, made);
    return made;
  }

  /** `context`: which ref or environment may assume the role, as the end of the token's subject. */
  private role(name: string, context: string): IamRole {
    const audience = { [`${issuer}:aud`]: "sts.amazonaws.com" };
    const subject = { [`${issuer}:sub`]: `repo:${this.props.repository}:${context}` };
    const anyRef = context === "*";
    const statement = {
      Effect: "Allow",
      Principal: { Federated: this.provider },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: anyRef
        ? { StringEquals: audience, StringLike: subject }
        : { StringEquals: { ...audience, ...subject } },
    };
    const role = new IamRole(this, name, {
      name: `pipeline-analyze-${name}`,
      maxSessionDuration: 7200,
      assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    new TerraformOutput(this, `${name}-role`, { staticId: true, value: role.arn });
    return role;
  }
}
