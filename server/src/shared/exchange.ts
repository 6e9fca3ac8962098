import { IncomingMessage, type ServerResponse } from "node:http";
import type { Context } from "hono";
import { headers, requestIdPattern, type ProblemCode } from "../contract/index.ts";

/** One request on its way through a service. */
export interface Exchange {
  readonly requestId: string;
  /** `performance.now()` when its headers had arrived. */
  readonly startedAt: number;
  /** Template of the route that took it; `unmatched` when none did. */
  route: string;
  /** Code of the problem that answered it, if one did. */
  problem: ProblemCode | undefined;
}

/** Opens an exchange. The caller's request id is kept if it is well formed, and replaced otherwise. */
export function openExchange(callersId: string | string[] | undefined): Exchange {
  const requestId = typeof callersId === "string" && requestIdPattern.test(callersId) ? callersId : crypto.randomUUID();
  return { requestId, startedAt: performance.now(), route: "unmatched", problem: undefined };
}

/** Node's request with a place for its exchange, so that neither a map nor a context has to be looked up per request. */
export class ServerIncoming extends IncomingMessage {
  exchange: Exchange | undefined = undefined;
}

/** What hono handlers find in `c.env`: empty under `app.request()`, Node's own pair over a socket. */
export interface ServerEnv {
  Bindings: { incoming?: ServerIncoming; outgoing?: ServerResponse };
}

/**
 * A request's header. Node has parsed it where there is a socket; hono would look through the raw ones again. Not for a
 * header that Node drops when it is repeated, as Content-Type.
 */
export function headerOf(c: Context<ServerEnv>, name: string): string | undefined {
  const { incoming } = c.env ?? {};
  const value = incoming ? incoming.headers[name] : c.req.header(name);
  return Array.isArray(value) ? value.join(", ") : value;
}

/** The exchange that the listener opened, or a new one where there is no socket. */
export function exchangeOf(incoming: ServerIncoming | undefined, request: Request): Exchange {
  return incoming?.exchange ?? openExchange(request.headers.get(headers.requestId) ?? undefined);
}
