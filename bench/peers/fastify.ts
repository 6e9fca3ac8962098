import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from "fastify";
import { collectDefaultMetrics, Histogram } from "prom-client";
import { Pool } from "undici";
import { headers, requestIdPattern } from "../../server/src/contract/headers.ts";
import { limits } from "../../server/src/contract/limits.ts";
import { problemTypes } from "../../server/src/contract/problems.ts";
import { createLog } from "../../server/src/shared/logger.ts";
import { finish, readRole, work } from "./role.ts";

/**
 * Two hops on Fastify, equipped as ours is: validation by schema, request ids, body limit, problem+json, the worker's
 * deadline, one log line per request by the same logger, a duration histogram. `EQUIPPED=no` leaves all of that out.
 */
const { hop, port, workerUrl } = readRole();
const equipped = process.env["EQUIPPED"] !== "no";

interface TextBody {
  text: string;
}

const bodySchema = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: { text: { type: "string" } },
};
const processAnswer = {
  type: "object",
  properties: { word_count: { type: "integer" }, reversed_text: { type: "string" } },
};
const analyzeAnswer = { type: "object", properties: { processed_text: { type: "string" } } };
const answers = (schema: object): object => ({ body: bodySchema, response: { 200: schema } });

function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && requestIdPattern.test(given) ? given : randomUUID();
}

const app = Fastify({
  bodyLimit: limits.bodyBytes,
  ...(equipped ? { loggerInstance: createLog(hop, "info").logger } : { logger: false }),
  disableRequestLogging: true,
  // Fastify's default would convert 1 to "1" and drop unknown keys; ours rejects both.
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  genReqId: ({ headers: given }: IncomingMessage) => (equipped ? requestId(given[headers.requestId]) : ""),
});

function problemOf(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const code = error.validation ? "invalid-field" : "malformed-request";
  const { status, title } = problemTypes[code];
  const body = { type: `urn:analyze:problem:${code}`, title, status, detail: error.code, requestId: request.id };
  void reply.code(status).type("application/problem+json").send(body);
}

function equip(): void {
  collectDefaultMetrics();
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer",
    labelNames: ["route", "method", "status"],
  });
  app.addHook("onSend", (request, reply, _payload, done) => {
    reply.headers({
      [headers.requestId]: request.id,
      [headers.servedBy]: hop,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "unmatched";
    const ms = reply.elapsedTime;
    duration.observe({ route, method: request.method, status: reply.statusCode }, ms / 1000);
    request.log.info(
      { requestId: request.id, method: request.method, route, status: reply.statusCode, durationMs: ms },
      "request",
    );
    done();
  });
  app.setErrorHandler(problemOf);
}

if (equipped) equip();

if (hop === "worker") {
  const schema = equipped ? answers(processAnswer) : {};
  app.post<{ Body: TextBody }>("/process", { schema }, (request, reply) => reply.send(work(request.body.text)));
} else {
  const pool = new Pool(workerUrl, { connections: 128, pipelining: 1 });
  const schema = equipped ? answers(analyzeAnswer) : {};
  // Its router awaits the handler.
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers
  app.post<{ Body: TextBody }>("/analyze", { schema }, async (request) => {
    const answer = await pool.request({
      path: "/process",
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(equipped ? { [headers.requestId]: request.id, [headers.deadline]: String(limits.workerDeadlineMs) } : {}),
      },
      body: JSON.stringify({ text: request.body.text }),
      ...(equipped ? { headersTimeout: limits.workerDeadlineMs, bodyTimeout: limits.workerDeadlineMs } : {}),
    });
    return finish(JSON.parse(await answer.body.text()));
  });
}

await app.listen({ port, host: "127.0.0.1" });
