import { headers } from "../../contract/headers.ts";
import { problemTypes, type ProblemCode } from "../../contract/problems.ts";
import { schemaOf } from "./schema.ts";
import type { Operation, Success } from "./operation.ts";

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

export interface Reference {
  $ref: string;
}

/** Problems of any request, at any address. */
const commonProblems: ProblemCode[] = [
  "malformed-request",
  "request-timeout",
  "headers-too-large",
  "http-version-not-supported",
];

/** Problems that the edge answers before web gets the request. */
const edgeProblems: ProblemCode[] = ["address-too-long", "misdirected-request", "too-many-requests"];

/** Problems of any request with a JSON body. */
const bodyProblems: ProblemCode[] = ["body-too-large", "unsupported-media-type", "invalid-field"];

const everyAnswer: Record<string, Header> = {
  [headers.requestId]: {
    description: "The caller's ID of this request if it was well formed, otherwise a new one. The logs have it too.",
    required: true,
    schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
  },
  [headers.servedBy]: {
    description: "The service that made the answer. The edge made an answer without this header.",
    required: true,
    schema: { type: "string", const: "web" },
  },
};

const edgeAnswer: Record<string, Header> = Object.fromEntries(
  Object.entries(everyAnswer)
    .filter(([name]) => name !== headers.servedBy)
    .map(([name, header]) => [name, { ...header, required: false }]),
);

const retryAfter: Header = {
  description: "Seconds to wait before the next attempt.",
  required: true,
  schema: { type: "integer", minimum: 1 },
};

/** The answer of a successful operation. */
export function successOf(success: Success): ResponseObject {
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

function problemResponse(codes: readonly ProblemCode[]): ResponseObject {
  const titles = codes.map((code) => problemTypes[code].title).join("; ");
  const byEdge = codes.every((code) => edgeProblems.includes(code));
  const waits = codes.some((code) => problemTypes[code].status === 503);
  return {
    description: byEdge ? `${titles} (answered by the edge)` : titles,
    headers: { ...(byEdge ? edgeAnswer : everyAnswer), ...(waits ? { "retry-after": retryAfter } : {}) },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

/** Collects the problem responses of operations, so that the document has each of them once. */
export class ProblemResponses {
  readonly components: Record<string, ResponseObject> = {};

  #refer(codes: readonly ProblemCode[]): Reference {
    const name = codes.join("-or-");
    this.components[name] ??= problemResponse(codes);
    return { $ref: `#/components/responses/${name}` };
  }

  /** The problems of an operation: status → reference. */
  of({ body, problems = [] }: Operation): Record<string, Reference> {
    const codes = new Set([...commonProblems, ...edgeProblems, ...(body ? bodyProblems : []), ...problems]);
    const byStatus = Map.groupBy(codes, (code) => problemTypes[code].status);
    return Object.fromEntries(Array.from(byStatus, ([status, group]) => [String(status), this.#refer(group)]));
  }
}
