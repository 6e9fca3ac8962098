import { problem } from "../../contract/wire.ts";
import type { DocumentedRoute, Operation } from "./operation.ts";
import { describeParameters, type ParameterObject } from "./parameters.ts";
import { ProblemResponses, successOf, type Reference, type ResponseObject } from "./responses.ts";
import { schemaOf } from "./schema.ts";

interface RequestBody {
  required: boolean;
  description?: string;
  content: Record<"application/json", { schema: object; example: unknown }>;
}

export interface OperationObject {
  operationId: string;
  summary: string;
  tags: [Operation["tag"]];
  deprecated?: true;
  parameters?: ParameterObject[];
  requestBody?: RequestBody;
  responses: Record<string, ResponseObject | Reference>;
}

/** The part of OpenAPI 3.1 that this service needs to describe itself. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  /** Empty: no operation requires authentication. */
  security: [];
  tags: { name: Operation["tag"]; description: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: { Problem: object }; responses: Record<string, ResponseObject> };
}

const tags: OpenApiDocument["tags"] = [
  { name: "Text", description: "Analysis of texts" },
  { name: "Tasks", description: "Tasks in the queue; 503 where it is switched off" },
  { name: "Service", description: "What this service is, and how it is configured" },
  { name: "Health", description: "For load balancers and orchestrators" },
];

function requestBodyOf({ body }: Operation): RequestBody | undefined {
  return (
    body && {
      required: body.optional !== true,
      ...(body.description === undefined ? {} : { description: body.description }),
      content: { "application/json": { schema: schemaOf(body.schema, "input"), example: body.example } },
    }
  );
}

function operationOf(route: DocumentedRoute, problems: ProblemResponses): OperationObject {
  const { operation } = route;
  const parameters = describeParameters(route);
  const requestBody = requestBodyOf(operation);
  const successes = [operation.success, ...(operation.otherSuccess ? [operation.otherSuccess] : [])];
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    ...(operation.deprecated ? { deprecated: true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      ...Object.fromEntries(successes.map((success) => [String(success.status), successOf(success)])),
      ...problems.of(operation),
    },
  };
}

/**
 * The OpenAPI 3.1 document of these routes. Written from zod's own JSON Schemas rather than by hono-openapi, which
 * has to be a handler of its own before each route and cannot say which headers an answer has.
 */
export function describeApi(routes: readonly DocumentedRoute[], version: string): OpenApiDocument {
  const problems = new ProblemResponses();
  const byPath = Map.groupBy(routes, (route) => route.path);
  const paths = Array.from(byPath, ([path, group]): [string, Record<string, OperationObject>] => [
    path,
    Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route, problems)])),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "analyze",
      version,
      description: "Counts the words of a text and reverses it.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [],
    tags,
    paths: Object.fromEntries(paths),
    components: { schemas: { Problem: schemaOf(problem, "output") }, responses: problems.components },
  };
}
