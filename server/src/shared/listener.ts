import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { headersFor, type Answer, type StandingHeaders } from "./answer.ts";
import { discardRest } from "./discard.ts";
import { openExchange, type Exchange } from "./exchange.ts";
import { failureAnswer } from "./failure.ts";
import { preconditionFault } from "./preconditions.ts";
import { createRequestLog } from "./request-log.ts";
import { createRouter, type Route } from "./router.ts";
import type { Service } from "./service.ts";

/** A caller that waits for "100 Continue" and gets another answer may or may not send its body after that. */
function stillWaits({ incoming, outgoing }: Exchange): boolean {
  return incoming.headers.expect !== undefined && !outgoing.writableEnded && !incoming.readableDidRead;
}

function send(exchange: Exchange, answer: Answer, standing: StandingHeaders): void {
  const { incoming, outgoing, requestId } = exchange;
  if (outgoing.destroyed) return;
  if (!incoming.complete) {
    if (stillWaits(exchange)) outgoing.shouldKeepAlive = false;
    else discardRest(exchange);
  }
  outgoing.writeHead(answer.status, headersFor(answer, requestId, standing)).end(answer.body);
}

/** Node's listener for these routes: opens the exchange, answers it, and logs how it ended. */
export function createListener(routes: readonly Route[], service: Service): RequestListener {
  const { standing, traffic, logger } = service;
  const find = createRouter(routes);
  const noteEnd = createRequestLog(service);

  const answer = async (exchange: Exchange): Promise<Answer> => {
    try {
      return await find(exchange).handle(exchange);
    } catch (error) {
      return failureAnswer(error, exchange, logger);
    }
  };
  // Connections that are about to be closed: nobody knows where the refused request ended and the next one begins.
  const refused = new WeakSet<Socket>();

  return async (incoming, outgoing) => {
    if (refused.has(incoming.socket)) return;
    const exchange = openExchange(incoming, outgoing);
    traffic.begin(outgoing);
    outgoing.on("close", () => noteEnd(exchange));
    const fault = preconditionFault(exchange);
    if (fault) refused.add(incoming.socket);
    send(exchange, fault ? failureAnswer(fault, exchange, logger) : await answer(exchange), standing);
  };
}
