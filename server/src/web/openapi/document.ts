import { z } from "zod";
import { headers, problem, problemTypes, type ProblemCode } from "../../contract/index.ts";
import type { DocumentedRoute, Operation } from "./operation.ts";

interface Header {
  description: string;
  required: boolean;
  schema: object;
}

export interface ResponseObject {
  description: string;
  headers: Record<string, Header>;
  content: Record<string, { schema: object }>;
}

export interface OperationObject {
  operationId: string;
  summary: string;
  requestBody?: { required: true; content: Record<"application/json", { schema: object; example: unknown }> };
  responses: Record<string, ResponseObject>;
}

/** The part of OpenAPI 3.1 that this service needs to describe itself. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: { Problem: object } };
}

/** What any request can meet, whatever its address. */
const commonProblems: ProblemCode[] = ["malformed-request", "request-timeout", "headers-too-large"];

/** What any request with a JSON body can meet. */
const bodyProblems: ProblemCode[] = ["body-too-large", "unsupported-media-type", "invalid-field"];

const everyAnswer: Record<string, Header> = {
  [headers.requestId]: {
    description: "The caller's id of this request if it was well formed, else a new one. The logs have it too.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
  },
  [headers.servedBy]: {
    description: "Who made the answer. One without this header was made by the edge.",
    required: true,
    schema: { type: "string", const: "web" },
  },
};

const retryAfter: Header = {
  description: "Seconds to wait before trying again.",
  required: true,
  schema: { type: "integer", minimum: 1 },
};

function schemaOf(type: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io });
  return schema;
}

function successOf({ success }: Operation): ResponseObject {
  const own = Object.entries(success.headers ?? {}).map(([name, description]): [string, Header] => [
    name,
    { description, required: true, schema: { type: "string" } },
  ]);
  const content = Object.entries(success.content).map(([type, schema]): [string, { schema: object }] => [
    type,
    { schema: schemaOf(schema, "output") },
  ]);
  return {
    description: success.description,
    headers: { ...everyAnswer, ...Object.fromEntries(own) },
    content: Object.fromEntries(content),
  };
}

function problemOf(status: number, codes: ProblemCode[]): ResponseObject {
  return {
    description: codes.map((code) => problemTypes[code].title).join("; "),
    headers: { ...everyAnswer, ...(status === 503 ? { "retry-after": retryAfter } : {}) },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function operationOf({ operation }: DocumentedRoute): OperationObject {
  const { id, summary, body, problems = [] } = operation;
  const codes = [...commonProblems, ...(body ? bodyProblems : []), ...problems];
  const byStatus = Map.groupBy(codes, (code) => problemTypes[code].status);
  const failures = [...byStatus].map(([status, group]): [string, ResponseObject] => [
    String(status),
    problemOf(status, group),
  ]);
  const content = body && { "application/json": { schema: schemaOf(body.schema, "input"), example: body.example } };
  return {
    operationId: id,
    summary,
    ...(content ? { requestBody: { required: true, content } } : {}),
    responses: { [operation.success.status]: successOf(operation), ...Object.fromEntries(failures) },
  };
}

/**
 * The OpenAPI 3.1 document of these routes. Written from zod's own JSON Schemas rather than by hono-openapi, which
 * has to be a handler of its own before each route and cannot say which headers an answer has.
 */
export function describeApi(routes: DocumentedRoute[], version: string): OpenApiDocument {
  const byPath = Map.groupBy(routes, (route) => route.path);
  const paths = [...byPath].map(([path, group]): [string, Record<string, OperationObject>] => [
    path,
    Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route)])),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "analyze", version, description: "Counts the words of a text and reverses it." },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(paths),
    components: { schemas: { Problem: schemaOf(problem, "output") } },
  };
}
