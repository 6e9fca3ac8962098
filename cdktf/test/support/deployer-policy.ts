import { readFileSync } from "node:fs";
import { z } from "zod";
import { absent } from "../../../deploy/pipeline/emulator-gaps.ts";
import { recordedActions } from "./recorded-actions.ts";
import { updateActions } from "./update-actions.ts";

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policyShape = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Action: z.array(z.string()),
      Resource: oneOrMore,
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
  ),
});

/** What stage dev needs, and what a stage with a cluster needs besides: two, since a managed policy has a limit. */
const policies = {
  dev: "deployer-policy.json",
  prod: "deployer-policy-prod.json",
  edge: "deployer-policy-prod-edge.json",
  boundary: "permissions-boundary.json",
} as const;
export type PolicyName = keyof typeof policies;
/** Stages whose calls a test records, and the policies that they need. */
const policiesOf = { dev: ["dev"], prod: ["prod", "edge"] } as const satisfies Record<string, readonly PolicyName[]>;
type Recorded = keyof typeof policiesOf;

/** Rights that no recording of Terraform shows, each group with its reason. */
const besides: Readonly<Record<Recorded, readonly string[]>> = {
  dev: [
    // docker calls the registry itself
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:GetAuthorizationToken",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
    // AWS asks for these when a create call carries tags; moto does not
    "cloudwatch:TagResource",
    "ecr:TagResource",
    "iam:TagInstanceProfile",
    "iam:TagRole",
    "s3:PutObjectTagging",
    // passing the role to the host is no separate call
    "iam:PassRole",
    // what an update calls: another address, size or endpoint policy; deploying with detailed monitoring
    "ec2:ModifySecurityGroupRules",
    "ec2:ModifySubnetAttribute",
    "ec2:ModifyVpcEndpoint",
    "ec2:MonitorInstances",
    "ec2:StartInstances",
    "ec2:StopInstances",
    "ec2:UnmonitorInstances",
    "ecr:PutImageScanningConfiguration",
    "ecr:PutImageTagMutability",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
    // `npm run host`
    "ec2:DescribeInstanceStatus",
    "ec2:GetConsoleOutput",
    "ec2:RebootInstances",
    // `plan`, `deploy` and `destroy` look for resources that are in no state
    "tag:GetResources",
  ],
  prod: [
    // tags, as above
    "acm:AddTagsToCertificate",
    "budgets:TagResource",
    "eks:TagResource",
    "elasticloadbalancing:AddTags",
    "kms:TagResource",
    "lambda:TagResource",
    "logs:TagResource",
    "secretsmanager:TagResource",
    "sns:TagResource",
    "wafv2:TagResource",
    // services act for the caller: EKS and Secrets Manager with the key, the firewall on the balancer and in the log group
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "elasticloadbalancing:SetWebACL",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
    // rotation starts at once, with the Lambda
    "lambda:InvokeFunction",
    // `managedPrometheus`, which is off in the stages that are applied
    "aps:CreateAlertManagerDefinition",
    "aps:CreateRuleGroupsNamespace",
    "aps:CreateScraper",
    "aps:CreateWorkspace",
    "aps:DeleteAlertManagerDefinition",
    "aps:DeleteRuleGroupsNamespace",
    "aps:DeleteScraper",
    "aps:DeleteWorkspace",
    "aps:DescribeAlertManagerDefinition",
    "aps:DescribeLoggingConfiguration",
    "aps:DescribeRuleGroupsNamespace",
    "aps:DescribeScraper",
    "aps:DescribeWorkspace",
    "aps:DescribeWorkspaceConfiguration",
    "aps:ListTagsForResource",
    "aps:TagResource",
    // to other services than in stage dev, and the roles that services make for themselves in a new account
    "iam:CreateServiceLinkedRole",
    "iam:PassRole",
  ],
};

/** The statements of a policy: their actions and ARNs. */
export function statements(name: PolicyName): z.infer<typeof policyShape>["Statement"] {
  return policyShape.parse(JSON.parse(policyText(name))).Statement;
}

/** The policy in docs/. */
export function policyText(name: PolicyName): string {
  return readFileSync(new URL(`../../../docs/${policies[name]}`, import.meta.url), "utf8");
}

/** All actions that a policy allows, each once, sorted. */
export function allowedActions(name: PolicyName): string[] {
  return [...new Set(statements(name).flatMap(({ Action }) => Action))].sort();
}

/** All actions that the policies of a stage allow besides those of stage dev, sorted. */
export function allowedFor(stage: Recorded): string[] {
  return policiesOf[stage].flatMap((name) => allowedActions(name)).sort();
}

/** All actions that a policy has to allow by moto's recording of an apply and a destroy, sorted. */
export function neededActions(name: Recorded, recording: string): string[] {
  const recorded = recordedActions(recording);
  if (name === "dev") return [...new Set([...recorded, ...besides.dev])].sort();
  const dev = new Set(allowedActions("dev"));
  const all = [...recorded, ...Object.values(absent).flat(), ...Object.values(updateActions).flat()];
  return [...new Set([...all.filter((action) => !dev.has(action)), ...besides.prod])].sort();
}
