import type { RequestListener, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { headers } from "../contract/index.ts";
import { headersFor, problemAnswer, ProblemError, type StandingHeaders } from "./answer.ts";
import { openExchange, type Exchange, type ServerEnv, type ServerIncoming } from "./exchange.ts";
import { hasOneValidHost } from "./host.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { Traffic } from "./traffic.ts";

/** What a service's parts share: built once in main, or by a test. */
export interface Service {
  name: string;
  standing: StandingHeaders;
  traffic: Traffic;
  metrics: Metrics;
  logger: Logger;
}

/** nginx's number for "the caller left before the answer". */
const callerLeft = 499;

/** Requests of one method, route and status: a logger that has these written already, and their place in the histogram. */
interface Kind {
  logger: Logger;
  observe(seconds: number): void;
}

type NoteEnd = (incoming: ServerIncoming, outgoing: ServerResponse, exchange: Exchange) => void;

/** Writes the log line of a request that has ended, and counts it. */
function createNoteEnd({ traffic, metrics, logger }: Service): NoteEnd {
  const kinds = new Map<string, Kind>();
  const addKind = (key: string, method: string, route: string, status: number): Kind => {
    const kind = {
      logger: logger.child({ method, route, status }),
      observe: metrics.observer(method, route, status),
    };
    kinds.set(key, kind);
    return kind;
  };
  return (incoming, outgoing, { requestId, startedAt, route, problem }) => {
    traffic.end(outgoing);
    const elapsed = performance.now() - startedAt;
    const { method = "" } = incoming;
    const status = outgoing.writableFinished ? outgoing.statusCode : callerLeft;
    const key = `${method} ${route} ${status}`;
    const kind = kinds.get(key) ?? addKind(key, method, route, status);
    kind.observe(elapsed / 1000);
    const line = { requestId, ms: Math.round(elapsed * 100) / 100, problem };
    if (route === "/livez" || route === "/readyz" || route === "/healthz") kind.logger.debug(line, "request");
    else kind.logger.info(line, "request");
  };
}

function refuse(outgoing: ServerResponse, exchange: Exchange, standing: StandingHeaders, detail: string): void {
  const answer = problemAnswer(
    new ProblemError("malformed-request", detail, { headers: { connection: "close" } }),
    exchange,
  );
  outgoing.writeHead(answer.status, headersFor(answer, exchange, standing)).end(answer.body);
}

/** Reached only for a target that makes no URL: says nothing, and the listener then refuses it. */
function leaveUnanswered(): void {}

/** Node's listener for an app: opens the exchange, refuses what is not a request to us, and notes how each one ended. */
export function createListener(app: Hono<ServerEnv>, service: Service): RequestListener<typeof ServerIncoming> {
  const answer = getRequestListener((request, env) => app.fetch(request, env), { errorHandler: leaveUnanswered });
  const noteEnd = createNoteEnd(service);
  return async (incoming, outgoing) => {
    const exchange = openExchange(incoming.headers[headers.requestId]);
    incoming.exchange = exchange;
    service.traffic.begin(outgoing);
    outgoing.on("close", () => noteEnd(incoming, outgoing, exchange));
    if (!hasOneValidHost(incoming.rawHeaders, incoming.headers.host)) {
      refuse(outgoing, exchange, service.standing, "A request needs exactly one valid Host header.");
      return;
    }
    await answer(incoming, outgoing);
    if (!outgoing.headersSent && !outgoing.destroyed) {
      refuse(outgoing, exchange, service.standing, "The request target is not a valid path.");
    }
  };
}
