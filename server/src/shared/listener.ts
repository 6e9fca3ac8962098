import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { headersFor, type Answer, type StandingHeaders } from "./answer.ts";
import { discardRest } from "./discard.ts";
import { openExchange, type Exchange, type ServerIncoming } from "./exchange.ts";
import { failureAnswer } from "./failure.ts";
import { preconditionFault } from "./preconditions.ts";
import { createRequestLog } from "./request-log.ts";
import { createRouter, type Respond, type Route } from "./router.ts";
import type { Service } from "./service.ts";
import { invalidTarget, pathOf } from "./target.ts";

/** A caller that waits for "100 Continue" and gets another answer may or may not send its body after that. */
function stillWaits({ incoming, outgoing }: Exchange): boolean {
  return incoming.headers.expect !== undefined && !outgoing.writableEnded && !incoming.readableDidRead;
}

/** Decides what becomes of a body that is answered before it has arrived. */
function settleBody(exchange: Exchange): void {
  const { incoming, outgoing } = exchange;
  if (incoming.complete || outgoing.destroyed) return;
  if (stillWaits(exchange)) outgoing.shouldKeepAlive = false;
  else discardRest(exchange);
}

/** Notes the path of the request, and returns why it is not answered by a route. */
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

/** Answers without hono: for what is not a request to one of its routes. */
function send(exchange: Exchange, answer: Answer, standing: StandingHeaders): void {
  const { outgoing, requestId } = exchange;
  if (outgoing.destroyed) return;
  settleBody(exchange);
  outgoing.writeHead(answer.status, headersFor(answer, requestId, standing)).end(answer.body);
}

/** Node's listener for these routes: opens the exchange, lets hono answer it, and logs how it ended. */
export function createListener(routes: readonly Route[], service: Service): RequestListener<typeof ServerIncoming> {
  const { standing, traffic, logger } = service;
  const noteEnd = createRequestLog(service);

  const answerOf = async (exchange: Exchange, handle: Route["handle"]): Promise<Answer> => {
    try {
      return await handle(exchange);
    } catch (error) {
      return failureAnswer(error, exchange, logger);
    }
  };
  const respond: Respond = async (exchange, handle) => {
    const answer = await answerOf(exchange, handle);
    settleBody(exchange);
    const { status, body } = answer;
    return new Response(body, { status, headers: headersFor(answer, exchange.requestId, standing) });
  };
  const app = createRouter(routes, respond);
  const route = getRequestListener((request, env) => app.fetch(request, env), {
    // For a target that makes no URL: answered below.
    errorHandler: () => undefined,
    // settleBody reads the rest of a body away.
    autoCleanupIncoming: false,
  });
  // Connections that close after a refusal: where the refused request ends and the next one begins is not known.
  const refused = new WeakSet<Socket>();
  const refuse = (exchange: Exchange, fault: unknown): void => {
    refused.add(exchange.incoming.socket);
    send(exchange, failureAnswer(fault, exchange, logger), standing);
  };

  return async (incoming, outgoing) => {
    if (refused.has(incoming.socket)) return;
    const exchange = openExchange(incoming, outgoing);
    incoming.exchange = exchange;
    traffic.begin(outgoing);
    outgoing.on("close", () => noteEnd(exchange));
    const fault = faultOf(exchange);
    if (fault !== undefined) return refuse(exchange, fault);
    await route(incoming, outgoing);
    if (!outgoing.headersSent && !outgoing.destroyed) refuse(exchange, invalidTarget());
  };
}
