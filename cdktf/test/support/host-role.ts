import { runSimulation } from "@cloud-copilot/iam-simulate";
import { z } from "zod";

const stateShape = z.object({
  values: z.object({
    root_module: z.object({
      resources: z.array(
        z.object({ address: z.string(), type: z.string(), values: z.record(z.string(), z.unknown()) }),
      ),
    }),
  }),
});

/** The host's role as applied: its rights, and on which names. */
export interface HostRole {
  readonly arn: string;
  readonly name: string;
  /** JSON of its one inline policy, with real ARNs. */
  readonly policy: string;
  readonly bucket: string;
}

/** Reads the role from `terraform show -json`. Throws if it is missing. */
export function hostRole(state: string): HostRole {
  const { resources } = stateShape.parse(JSON.parse(state)).values.root_module;
  const value = (type: string, attribute: string): string[] =>
    resources.filter((resource) => resource.type === type).map(({ values }) => z.string().parse(values[attribute]));
  const only = (type: string, attribute: string): string => z.tuple([z.string()]).parse(value(type, attribute))[0];
  return {
    arn: only("aws_iam_role", "arn"),
    name: only("aws_iam_role", "name"),
    policy: only("aws_iam_role_policy", "policy"),
    bucket: only("aws_s3_bucket", "bucket"),
  };
}

/**
 * What AWS would answer to the role, judged by @cloud-copilot/iam-simulate: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`.
 * Throws for an action or a resource that AWS does not have.
 */
export async function verdict({ arn, policy }: HostRole, action: string, resource: string): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        principal: arn,
        action,
        resource: { resource, accountId: arn.split(":")[4] ?? "" },
        contextVariables: {},
      },
      identityPolicies: [{ name: "host", policy: JSON.parse(policy) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === "error") throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult;
}
