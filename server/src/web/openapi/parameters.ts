import type { z } from "zod";
import { schemaOf } from "./schema.ts";
import type { DocumentedRoute } from "./operation.ts";

export interface ParameterObject {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: object;
}

function parameterOf(place: ParameterObject["in"], name: string, type: z.ZodType): ParameterObject {
  const required = place === "path" || !type.safeParse(undefined).success;
  const described = { name, in: place, required, schema: schemaOf(type, "input") };
  return type.description === undefined ? described : { ...described, description: type.description };
}

function parametersOf(place: ParameterObject["in"], schemas: z.ZodObject | undefined): ParameterObject[] {
  const shape: Record<string, z.ZodType> = schemas?.shape ?? {};
  return Object.entries(shape).map(([name, type]) => parameterOf(place, name, type));
}

/**
 * The path and query parameters of a route, from its own schemas. Throws if its path template and
 * its schema differ in their parameters: OpenAPI and the route would disagree.
 */
export function describeParameters({ path, operation: { parameters } }: DocumentedRoute): ParameterObject[] {
  const inTemplate = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
  const described = parametersOf("path", parameters?.path);
  const names = new Set(described.map(({ name }) => name));
  if (inTemplate.length !== names.size || inTemplate.some((name) => !names.has(name))) {
    throw new Error(`the parameters of ${path} need a schema each, and no other: give operation.parameters.path`);
  }
  return [...described, ...parametersOf("query", parameters?.query), ...parametersOf("header", parameters?.header)];
}
