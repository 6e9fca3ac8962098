import { z } from "zod";

/** The JSON Schema of a zod type, as OpenAPI 3.1 takes it. */
export function schemaOf(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io });
  return schema;
}
