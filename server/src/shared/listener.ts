import type { RequestListener } from "node:http";
import { headersFor, type Answer, type StandingHeaders } from "./answer.ts";
import { openExchange, type Exchange } from "./exchange.ts";
import { failureAnswer } from "./failure.ts";
import { checkPreconditions } from "./preconditions.ts";
import { createRequestLog } from "./request-log.ts";
import { createRouter, type Route } from "./router.ts";
import type { Service } from "./service.ts";

/** How long the rest of a body is read and thrown away after its answer. */
const discardMs = 500;

/**
 * Reads away the rest of a body that was answered early, then closes. To close at once would reset the connection, and a
 * reset can overtake the answer.
 */
function discardRest({ incoming, outgoing }: Exchange): void {
  incoming.resume();
  outgoing.once("finish", () => {
    if (incoming.complete) return;
    const timer = setTimeout(() => incoming.socket.destroy(), discardMs);
    incoming.once("close", () => clearTimeout(timer));
  });
}

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
      checkPreconditions(exchange);
      return await find(exchange).handle(exchange);
    } catch (error) {
      return failureAnswer(error, exchange, logger);
    }
  };

  return async (incoming, outgoing) => {
    const exchange = openExchange(incoming, outgoing);
    traffic.begin(outgoing);
    outgoing.on("close", () => noteEnd(exchange));
    send(exchange, await answer(exchange), standing);
  };
}
