import { GetPolicyCommand, GetPolicyVersionCommand, IAMClient } from "@aws-sdk/client-iam";
import { z } from "zod";
import { clientOf } from "./aws.ts";
import { statements } from "./deployer-policy.ts";
import { judge, ourResources } from "./judge.ts";
import type { Moto } from "./moto.ts";

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const documentShape = z.object({ Statement: z.array(z.object({ Action: oneOrMore, Resource: oneOrMore })) });
const stateShape = z.object({
  values: z.object({
    root_module: z.object({
      resources: z.array(z.object({ type: z.string(), values: z.record(z.string(), z.unknown()) })),
    }),
  }),
});

/** The rights of an applied stage's roles, from `terraform show -json`. */
export interface RoleRights {
  /** The permissions boundary of each role. */
  readonly boundaries: readonly unknown[];
  /** Every action of the inline policies, with an ARN that it is allowed on. */
  readonly inline: readonly { readonly action: string; readonly resource: string }[];
  /** ARNs of the managed policies. */
  readonly managed: readonly string[];
}

export async function roleRights(state: string): Promise<RoleRights> {
  const { resources } = stateShape.parse(JSON.parse(state)).values.root_module;
  const valuesOf = (type: string): Record<string, unknown>[] =>
    resources.filter((resource) => resource.type === type).map(({ values }) => values);
  const documents = valuesOf("aws_iam_role_policy").map(({ policy }) => z.string().parse(policy));
  const allowed = documents.flatMap((text) => documentShape.parse(JSON.parse(text)).Statement);
  const inline = await Promise.all(
    allowed.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) =>
        Resource.map(async (resource) => ({ action, resource: await example(action, resource) })),
      ),
    ),
  );
  return {
    boundaries: valuesOf("aws_iam_role").map((values) => values["permissions_boundary"]),
    inline,
    managed: valuesOf("aws_iam_role_policy_attachment").map((values) => z.string().parse(values["policy_arn"])),
  };
}

/** A name that matches a pattern of a policy. */
async function example(action: string, pattern: string): Promise<string> {
  if (pattern === "*") return (await ourResources(action)).arns[0] ?? "*";
  return pattern.replace(/:log-group:(.*):\*$/, ":log-group:$1:log-stream:1").replace(/\*$/, "1");
}

const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const ofOurCluster = {
  "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
  "aws:ResourceTag/eks:cluster-name": "analyze-prod",
};

/** The inline rights that a boundary takes away: `action resource`. */
export async function inlineBeyond({ inline }: RoleRights, boundary: string): Promise<string[]> {
  const verdicts = await Promise.all(
    inline.map((one) => judge([everything], { ...one, context: ofOurCluster }, boundary)),
  );
  return inline
    .filter((_, index) => verdicts[index] !== "Allowed")
    .map(({ action, resource }) => `${action} ${resource}`);
}

/** The actions of one of AWS's managed policies, as moto has them, that no statement of the boundary names. */
export async function managedBeyond(moto: Moto, PolicyArn: string): Promise<string[]> {
  const iam = clientOf(IAMClient, moto);
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId ?? "";
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  const text = decodeURIComponent(PolicyVersion?.Document ?? "{}");
  const actions = documentShape.parse(JSON.parse(text)).Statement.flatMap(({ Action }) => Action);
  const named = statements("boundary").flatMap(({ Action }) => Action);
  const isNamed = (action: string): boolean =>
    named.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(action));
  return [...new Set(actions.filter((action) => !isNamed(action)))];
}
