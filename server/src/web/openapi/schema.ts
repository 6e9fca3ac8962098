import { z } from "zod";

/** The JSON Schema of a zod type, for OpenAPI 3.1. */
export function schemaOf(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io });
  return schema;
}
