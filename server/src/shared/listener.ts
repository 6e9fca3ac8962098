import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { headersFor, type Answer, type StandingHeaders } from "./answer.ts";
import { discardRest } from "./discard.ts";
import { openExchange, type Exchange, type ServerIncoming } from "./exchange.ts";
import { failureAnswer } from "./failure.ts";
import { preconditionFault } from "./preconditions.ts";
import { createRequestLog } from "./request-log.ts";
import { createRouter, type Respond, type Route } from "./router.ts";
import type { Service } from "./service.ts";
import { invalidTarget, pathOf } from "./target.ts";
import { startRequestSpan } from "./tracing.ts";

/** A caller that waits for "100 Continue" and gets another answer may still send its body. */
function stillWaits({ incoming, outgoing }: Exchange): boolean {
  return incoming.headers.expect !== undefined && !outgoing.writableEnded && !incoming.readableDidRead;
}

/** Decides what happens to a body whose request is answered before it has arrived. */
function settleBody(exchange: Exchange): void {
  const { incoming, outgoing } = exchange;
  if (incoming.complete || outgoing.destroyed) return;
  if (stillWaits(exchange)) outgoing.shouldKeepAlive = false;
  else discardRest(exchange);
}

/** Sets the path of the request, and returns why no route can answer it. */
function faultOf(exchange: Exchange): unknown {
  const fault = preconditionFault(exchange);
  if (fault) return fault;
  try {
    exchange.path = pathOf(exchange.incoming.url ?? "");
    return undefined;
  } catch (error) {
    return error;
  }
}

function send(exchange: Exchange, answer: Answer, standing: StandingHeaders): void {
  const { outgoing, requestId } = exchange;
  if (outgoing.destroyed) return;
  settleBody(exchange);
  outgoing.writeHead(answer.status, headersFor(answer, requestId, standing)).end(answer.body);
}

/** hono answers HEAD by a GET and a new response without its body; Node leaves the body out of an answer to HEAD by itself. */
function asGet(request: Request): Request {
  return request.method === "HEAD" ? Object.create(request, { method: { value: "GET" } }) : request;
}

/**
 * Node's listener for these routes: opens the exchange, lets hono choose the route, writes the answer to Node's
 * response, and logs the result. A web Response per request would cost 5 µs of the 60 that a short text takes.
 */
export function createListener(routes: readonly Route[], service: Service): RequestListener<typeof ServerIncoming> {
  const { standing, traffic, logger, metrics, tracing } = service;
  const noteEnd = createRequestLog(service);
  for (const { method, path } of routes) metrics.declare(method, path);

  const answerOf = async (exchange: Exchange, handle: Route["handle"]): Promise<Answer> => {
    try {
      return await handle(exchange);
    } catch (error) {
      return failureAnswer(error, exchange, logger);
    }
  };
  // Awaited even if the answer is ready: only then has Node noted that a request without a body is complete.
  const answer = async (exchange: Exchange, handle: Route["handle"]): Promise<void> => {
    const found = await answerOf(exchange, handle);
    try {
      send(exchange, found, standing);
    } catch (error) {
      send(exchange, failureAnswer(error, exchange, logger), standing);
    }
  };
  const respond: Respond = (exchange, handle) => {
    exchange.isRouted = true;
    void answer(exchange, handle);
    return RESPONSE_ALREADY_SENT;
  };
  const app = createRouter(routes, respond);
  const route = getRequestListener((request, env) => app.fetch(asGet(request), env), {
    // The target is no URL: answered below.
    errorHandler: () => undefined,
    // settleBody discards the rest of a body.
    autoCleanupIncoming: false,
  });
  // Connections that close after a rejection, because the end of the rejected request is unknown.
  const refused = new WeakSet<Socket>();
  const refuse = (exchange: Exchange, fault: unknown): void => {
    refused.add(exchange.incoming.socket);
    send(exchange, failureAnswer(fault, exchange, logger), standing);
  };

  return (incoming, outgoing) => {
    if (refused.has(incoming.socket)) return;
    const exchange = openExchange(incoming, outgoing);
    incoming.exchange = exchange;
    traffic.begin(outgoing);
    if (tracing) exchange.span = startRequestSpan(tracing, exchange);
    outgoing.on("close", () => noteEnd(exchange));
    const fault = faultOf(exchange);
    if (fault !== undefined) return refuse(exchange, fault);
    void route(incoming, outgoing);
    if (!exchange.isRouted) refuse(exchange, invalidTarget());
  };
}
