import type { Span } from "@analyze/common/tracing/tracer";
import { IncomingMessage, type ServerResponse } from "node:http";
import { requestIdPattern, headers } from "../contract/headers.ts";
import type { ProblemCode } from "../contract/problems.ts";

/** One request in a service, with its response. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  /** `performance.now()` when its headers had arrived. */
  readonly startedAt: number;
  /** Path of the target, normalised: see parseTarget. */
  path: string;
  /** Whether hono has passed it to a route, or to the handler of unknown paths. */
  isRouted: boolean;
  /** Template of its route; `unmatched` if there is none. */
  route: string;
  /** Values of the route's `{parameters}`, decoded. */
  params: Readonly<Record<string, string>>;
  /** Code of the problem in its answer, if any. */
  problem: ProblemCode | undefined;
  /** Absent where tracing is off. */
  span: Span | undefined;
}

/** Node's request with a property for its exchange, which saves a map lookup per request. */
export class ServerIncoming extends IncomingMessage {
  exchange: Exchange | undefined = undefined;
}

const none = {};

/** The caller's request ID if it is valid, else a new one. */
export function requestIdOf(callersId: string | string[] | undefined): string {
  return typeof callersId === "string" && requestIdPattern.test(callersId) ? callersId : crypto.randomUUID();
}

/** Opens an exchange for a request whose headers have arrived. */
export function openExchange(incoming: IncomingMessage, outgoing: ServerResponse): Exchange {
  const requestId = requestIdOf(incoming.headers[headers.requestId]);
  return {
    incoming,
    outgoing,
    requestId,
    startedAt: performance.now(),
    path: "/",
    isRouted: false,
    route: "unmatched",
    params: none,
    problem: undefined,
    span: undefined,
  };
}

/** A request header; values of a repeated header are joined. */
export function headerOf({ incoming }: Exchange, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
