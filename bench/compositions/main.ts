import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { z } from "zod";
import {
  analyzeRequest,
  countWords,
  headers,
  limits,
  processedText,
  reverseText,
} from "../../server/src/contract/index.ts";
import { json } from "../../server/src/shared/answer.ts";
import { readJson } from "../../server/src/shared/body.ts";
import { createRouter, type Route } from "../../server/src/shared/router.ts";
import { createAppServer } from "../../server/src/shared/server.ts";
import { Breaker } from "../../server/src/web/upstream/breaker.ts";
import { call } from "../../server/src/web/upstream/call.ts";
import {
  createWorkerClient,
  createWorkerPool,
  type WorkerClient,
} from "../../server/src/web/upstream/worker-client.ts";
import { composeService, readOmission } from "./parts.ts";

/** One hop of ours put together by hand, so that one thing at a time can be left out. Never shipped. */
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
  const bounds = { path: "/process", deadlineMs, maxBytes: limits.textBytes * 8 };
  return {
    process: async (body, requestId) => {
      const own = { "content-type": "application/json", [headers.requestId]: requestId };
      return JSON.parse((await call(dispatcher, { ...bounds, headers: own, body }, deadlineMs)).body.toString("utf8"));
    },
  };
}

function webRoute(worker: WorkerClient): Route {
  return {
    method: "POST",
    path: "/analyze",
    handle: async (c, { requestId }) => {
      const { raw } = await readJson(c, schema);
      const { word_count, reversed_text } = await worker.process(raw, requestId);
      return json({ processed_text: processedText(word_count, reversed_text) });
    },
  };
}

const workerRoute: Route = {
  method: "POST",
  path: "/process",
  handle: async (c) => {
    const { text } = (await readJson(c, schema)).value;
    return json({ word_count: countWords(text), reversed_text: reverseText(text) });
  },
};

const route = name === "web" ? webRoute(workerClient()) : workerRoute;
const app = createRouter([route], service.standing, service.logger);
const server =
  omitted === "ids, Host check, drain count, log line and metrics"
    ? createServer(getRequestListener((request, env) => app.fetch(request, env)))
    : createAppServer(app, service);
server.listen(Number(PORT), "127.0.0.1");
