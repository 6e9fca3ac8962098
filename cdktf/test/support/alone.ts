import { TerraformStack, Testing } from "cdktf";
import { z } from "zod";

const shape = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});

/** The resources of a type, as Terraform's JSON. */
export type Resources = (type: string) => Record<string, unknown>[];

/** Synthesises constructs alone, without a stage around them. References to other resources are `${type.name.attribute}`. */
export function alone(build: (scope: TerraformStack) => unknown): Resources {
  const stack = new TerraformStack(Testing.app(), "alone");
  build(stack);
  const { resource } = shape.parse(JSON.parse(Testing.synth(stack)));
  return (type) => Object.values(resource[type] ?? {});
}

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policyShape = z.object({
  Statement: z.array(
    z.object({
      Effect: z.string(),
      Principal: z.unknown().optional(),
      Action: oneOrMore,
      Resource: oneOrMore.optional(),
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
  ),
});

/** The statements of a policy in JSON. */
export function statementsOf(policy: unknown): z.infer<typeof policyShape>["Statement"] {
  return policyShape.parse(JSON.parse(String(policy))).Statement;
}
