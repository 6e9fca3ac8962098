import type { z } from "zod";
import { schemaOf } from "./schema.ts";
import type { DocumentedRoute } from "./operation.ts";

export interface ParameterObject {
  name: string;
  in: "path" | "query";
  required: boolean;
  description?: string;
  schema: object;
}

function parametersOf(place: ParameterObject["in"], schemas: z.ZodObject | undefined): ParameterObject[] {
  return Object.entries(schemas?.shape ?? {}).map(([name, type]: [string, z.ZodType]) => ({
    name,
    in: place,
    required: place === "path" || !type.safeParse(undefined).success,
    ...(type.description === undefined ? {} : { description: type.description }),
    schema: schemaOf(type, "input"),
  }));
}

/**
 * The path and query parameters of a route, from the schemas that it reads them with. Throws when its path template and
 * its schema do not name the same parameters: OpenAPI and the route would disagree.
 */
export function describeParameters({ path, operation: { parameters } }: DocumentedRoute): ParameterObject[] {
  const inTemplate = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
  const described = parametersOf("path", parameters?.path);
  if (
    inTemplate.toSorted().join() !==
    described
      .map(({ name }) => name)
      .toSorted()
      .join()
  ) {
    throw new Error(`the parameters of ${path} need a schema each, and no other: give operation.parameters.path`);
  }
  return [...described, ...parametersOf("query", parameters?.query)];
}
