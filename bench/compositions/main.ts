import { createServer, type RequestListener } from "node:http";
import { z } from "zod";
import { headers } from "../../server/src/contract/headers.ts";
import { limits } from "../../server/src/contract/limits.ts";
import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";
import { analyzeRequest } from "../../server/src/contract/wire.ts";
import { headersFor, json } from "../../server/src/shared/answer.ts";
import { readJson } from "../../server/src/shared/body.ts";
import type { Route } from "../../server/src/shared/router.ts";
import { openExchange } from "../../server/src/shared/exchange.ts";
import { createAppServer } from "../../server/src/shared/server.ts";
import { Breaker } from "../../server/src/web/upstream/breaker.ts";
import { call } from "../../server/src/web/upstream/call.ts";
import {
  createWorkerClient,
  createWorkerPool,
  type WorkerClient,
} from "../../server/src/web/upstream/worker-client.ts";
import { composeService, readOmission } from "./parts.ts";

/** One hop, composed by hand so that one part at a time can be omitted. Never shipped. */
const { HOP, PORT = "0", WORKER_URL = "" } = process.env;
const name = HOP === "web" ? "web" : "worker";
const omitted = readOmission();
const service = composeService(name, omitted);
const schema = omitted === "validation" ? z.any() : analyzeRequest;

function workerClient(): WorkerClient {
  const dispatcher = createWorkerPool(WORKER_URL);
  const direct = omitted === "deadline, retry and breaker" || omitted === "validation";
  if (!direct) {
    const breaker = new Breaker({ threshold: 5, openMs: 1000 });
    return createWorkerClient({ dispatcher, breaker, onFailure: () => {} });
  }
  const deadlineMs = limits.workerDeadlineMs;
  const bounds = { path: "/process", deadlineMs, maxBytes: limits.textBytes * 8, safeToRepeat: true };
  return {
    process: async (body, requestId) => {
      const own = ["content-type", "application/json", headers.requestId, requestId];
      return JSON.parse((await call(dispatcher, { ...bounds, headers: own, body }, deadlineMs)).body.toString("utf8"));
    },
  };
}

function webRoute(worker: WorkerClient): Route {
  return {
    method: "POST",
    path: "/analyze",
    handle: async (exchange) => {
      const { raw } = await readJson(exchange, schema);
      const { word_count, reversed_text } = await worker.process(raw, exchange.requestId);
      return json({ processed_text: processedText(word_count, reversed_text) });
    },
  };
}

const workerRoute: Route = {
  method: "POST",
  path: "/process",
  handle: async (exchange) => {
    const { text } = (await readJson(exchange, schema)).value;
    return json({ word_count: countWords(text), reversed_text: reverseText(text) });
  },
};

/** A listener that answers, and does nothing else. */
function plainListener(route: Route): RequestListener {
  return async (incoming, outgoing) => {
    const exchange = openExchange(incoming, outgoing);
    const answer = await route.handle(exchange);
    outgoing.writeHead(answer.status, headersFor(answer, exchange.requestId, {})).end(answer.body);
  };
}

const route = name === "web" ? webRoute(workerClient()) : workerRoute;
const server =
  omitted === "Host check, drain count, log line and metrics"
    ? createServer(plainListener(route))
    : createAppServer([route], service);
server.listen(Number(PORT), "127.0.0.1");
