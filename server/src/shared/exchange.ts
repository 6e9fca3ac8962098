import type { Span } from "@analyze/common/tracing/tracer";
import { IncomingMessage, type ServerResponse } from "node:http";
import { requestIdPattern, headers } from "../contract/headers.ts";
import type { ProblemCode } from "../contract/problems.ts";

/** One request on its way through a service, with the response that it gets. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly requestId: string;
  /** `performance.now()` when its headers had arrived. */
  readonly startedAt: number;
  /** Path of the target, normalised: see parseTarget. */
  path: string;
  /** Whether hono has passed it to a route, or to the answer for unknown paths. */
  isRouted: boolean;
  /** Template of the route that took it; `unmatched` when none did. */
  route: string;
  /** Values of the route's `{parameters}`, decoded. */
  params: Readonly<Record<string, string>>;
  /** Code of the problem that answered it, if one did. */
  problem: ProblemCode | undefined;
  /** Absent where tracing is off. */
  span: Span | undefined;
}

/** Node's request with a place for its exchange, so that no map has to be searched per request. */
export class ServerIncoming extends IncomingMessage {
  exchange: Exchange | undefined = undefined;
}

const none = {};

/** The caller's request id if it is well formed, else a new one. */
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

/** A request header; the values of one that was repeated are joined. */
export function headerOf({ incoming }: Exchange, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
