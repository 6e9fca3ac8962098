import { problem } from "../../contract/wire.ts";
import type { Credential } from "../tasks/callers.ts";
import type { DocumentedRoute, Operation } from "./operation.ts";
import { describeParameters, type ParameterObject } from "./parameters.ts";
import { ProblemResponses, successOf, type Reference, type ResponseObject } from "./responses.ts";
import { schemaOf } from "./schema.ts";

type SecurityRequirement = Partial<Record<Credential, []>>;

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
  /** Alternatives; `{}`: without a credential. */
  security?: SecurityRequirement[];
  responses: Record<string, ResponseObject | Reference>;
}

/** The part of OpenAPI 3.1 that this service needs to describe itself. */
export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string }[];
  /** Empty: operations that need a credential say so. */
  security: [];
  tags: { name: Operation["tag"]; description: string }[];
  paths: Record<string, Record<string, OperationObject>>;
  components: {
    schemas: { Problem: object };
    responses: Record<string, ResponseObject>;
    securitySchemes?: Partial<Record<Credential, object>>;
  };
}

const tags: OpenApiDocument["tags"] = [
  { name: "Text", description: "Analysis of texts" },
  { name: "Tasks", description: "Tasks in the queue; 503 where it is switched off" },
  { name: "Documents", description: "JSON documents in MongoDB; 503 where it is switched off" },
  { name: "Service", description: "What this service is, and how it is configured" },
  { name: "Health", description: "For load balancers and orchestrators" },
];

const securitySchemes: Record<Credential, object> = {
  bearerToken: { type: "http", scheme: "bearer", description: "A token of `API_TOKENS_FILE` (RFC 6750)." },
  clientCertificate: { type: "mutualTLS", description: "A client certificate that the edge verifies." },
};

/** The credentials of this instance, as an operation requires them. */
function securityOf({ guard }: Operation, credentials: readonly Credential[]): SecurityRequirement[] {
  if (guard === undefined || credentials.length === 0) return [];
  const known = credentials.map((credential) => ({ [credential]: [] }));
  return guard === "always" ? known : [{}, ...known];
}

function requestBodyOf({ body }: Operation): RequestBody | undefined {
  return (
    body && {
      required: body.optional !== true,
      ...(body.description === undefined ? {} : { description: body.description }),
      content: { "application/json": { schema: schemaOf(body.schema, "input"), example: body.example } },
    }
  );
}

function operationOf(
  route: DocumentedRoute,
  problems: ProblemResponses,
  credentials: readonly Credential[],
): OperationObject {
  const { operation } = route;
  const parameters = describeParameters(route);
  const requestBody = requestBodyOf(operation);
  const security = securityOf(operation, credentials);
  const successes = [operation.success, ...(operation.otherSuccess ? [operation.otherSuccess] : [])];
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    ...(operation.deprecated ? { deprecated: true } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    ...(security.length > 0 ? { security } : {}),
    responses: {
      ...Object.fromEntries(successes.map((success) => [String(success.status), successOf(success)])),
      ...problems.of(operation),
    },
  };
}

/**
 * The OpenAPI 3.1 document of these routes, for an instance with these credentials. Written from zod's own JSON Schemas rather than by hono-openapi, which
 * must be a handler before each route and cannot describe the headers of an answer.
 */
export function describeApi(
  routes: readonly DocumentedRoute[],
  version: string,
  credentials: readonly Credential[] = [],
): OpenApiDocument {
  const problems = new ProblemResponses();
  const byPath = Map.groupBy(routes, (route) => route.path);
  const paths = Array.from(byPath, ([path, group]): [string, Record<string, OperationObject>] => [
    path,
    Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route, problems, credentials)])),
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
    components: {
      schemas: { Problem: schemaOf(problem, "output") },
      responses: problems.components,
      ...(credentials.length > 0
        ? { securitySchemes: Object.fromEntries(credentials.map((one) => [one, securitySchemes[one]])) }
        : {}),
    },
  };
}
