import { gzipSync } from "node:zlib";
import { headers } from "@analyze/server/contract/headers";
import { goodAnswer, type Handler } from "../stage.ts";
import { answering, type Fault } from "./fault.ts";

/** An answer from the edge itself: a status and a page, without the app's header. */
function page(status: number): Handler {
  return (_request, response) =>
    void response.writeHead(status, { "content-type": "text/html" }).end(`<html><h1>${status}</h1>nginx</html>`);
}

function fromApp(status: number, body: string | Buffer, more: Record<string, string> = {}): Handler {
  return (_request, response) => void response.writeHead(status, { [headers.servedBy]: "web", ...more }).end(body);
}

function servedBy(name: string): Handler {
  return (_request, response) => void response.writeHead(503, { [headers.servedBy]: name }).end("cache is busy");
}

const right = '{"processed_text":"Word Count: 4 | Reverse: ?uoy era woh ,olleH"}';

function problem(status: number, code: string, detail: string): Handler {
  const document = { type: `urn:analyze:problem:${code}`, title: "t", status, detail, requestId: "x" };
  return fromApp(status, JSON.stringify(document), { "content-type": "application/problem+json" });
}

const edges: Fault[] = [
  answering("a host without a rule", page(404), { hop: "edge", err: /^HTTP-404$/, hint: /no rule for analyze\.test/ }),
  answering("a redirect", page(308), { hop: "edge", err: /^HTTP-308$/, hint: /redirects/ }),
  answering("a text too large for the edge", page(413), {
    hop: "edge",
    err: /^HTTP-413$/,
    hint: /larger than the edge's limit/,
  }),
  answering("a rate limit of the edge", page(429), {
    hop: "edge",
    err: /^HTTP-429$/,
    hint: /limits this client's rate/,
  }),
  answering("a page of another site", page(200), { hop: "edge", err: /^not-the-contract$/, hint: /answered instead/ }),
  answering(
    "an edge that reports a missing client certificate in HTTP",
    (_request, response) => void response.writeHead(400).end("<center>No required SSL certificate was sent</center>"),
    { hop: "edge", err: /^HTTP-400$/, hint: /requires a client certificate: export ANALYZE_CLIENT_CERT_FILE/ },
  ),
  answering("no ready endpoint", page(503), {
    hop: "upstream",
    err: /^HTTP-503$/,
    hint: /no ready instance of web: kubectl/,
  }),
  answering("an instance of web that refuses", page(502), {
    hop: "upstream",
    err: /^HTTP-502$/,
    hint: /refused the edge/,
  }),
  answering("an instance of web too slow for the edge", page(504), {
    hop: "upstream",
    err: /^HTTP-504$/,
    hint: /longer than the edge's time limit/,
  }),
  answering("a request that is accepted and never answered", () => undefined, {
    hop: "edge",
    err: /^TIMEOUT$/,
    hint: /accepted the request and did not answer/,
    silent: true,
  }),
  answering("a reset before the answer", (request) => void request.socket.destroy(), {
    hop: "edge",
    err: /^(UND_ERR_SOCKET|ECONNRESET)$/,
    hint: /closed without an answer/,
  }),
  answering("a header with terminal control characters", servedBy("x\u009b31m"), {
    hop: "edge",
    err: /^HTTP-503$/,
    hint: /"x\\u009b31m" answered instead of the app/,
    never: /\u009b/,
  }),
  answering("a CDN that answers instead of the app", servedBy("cache-fra-1"), {
    hop: "edge",
    err: /^HTTP-503$/,
    hint: /"cache-fra-1" answered instead of the app/,
  }),
];

const apps: Fault[] = [
  answering("a fault of the app", problem(500, "internal-error", "no"), {
    hop: "app",
    err: /^internal-error$/,
    hint: /grep host-\d+/,
  }),
  answering("a worker that cannot be reached", problem(503, "dependency-unavailable", "worker"), {
    hop: "app",
    err: /^dependency-unavailable$/,
    hint: /cannot reach worker/,
  }),
  answering("a hung worker", problem(504, "deadline-exceeded", "late"), {
    hop: "app",
    err: /^deadline-exceeded$/,
    hint: /worker took too long/,
  }),
  answering(
    "an error text with forged log lines",
    problem(500, "internal-error", "x\r\n2026-11-21T06:21:00Z ok \u001b[2J"),
    {
      hop: "app",
      err: /^internal-error$/,
      hint: /the app answered with an error/,
    },
  ),
  answering(
    "a slow body",
    (_request, response) => void response.writeHead(200, { [headers.servedBy]: "web" }).write("{"),
    {
      hop: "app",
      err: /^TIMEOUT$/,
      hint: /did not finish it in time/,
      silent: true,
    },
  ),
  answering("an endless body", fromApp(200, Buffer.alloc(10_000_000, 0x20)), {
    hop: "app",
    err: /^TOO_LONG$/,
    hint: /longer than any correct answer/,
  }),
  answering(
    "a reset within the body",
    (request, response) => {
      response.writeHead(200, { [headers.servedBy]: "web", "content-length": "1000" });
      response.write("{", () => request.socket.destroy());
    },
    {
      hop: "app",
      err: /^(UND_ERR_SOCKET|ECONNRESET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
      hint: /ended early after HTTP 200/,
    },
  ),
];

const contracts: Fault[] = [
  answering("a wrong result", fromApp(200, '{"processed_text":"Word Count: 1 | Reverse: x"}'), {
    hop: "contract",
    err: /^wrong-result$/,
    hint: /not the answer to this request/,
  }),
  answering("an answer of another shape", fromApp(200, '{"words":4}'), {
    hop: "contract",
    err: /^not-the-contract$/,
    hint: /another version/,
  }),
  answering(
    "an answer to another request",
    (request, response, body) => {
      request.headers[headers.requestId] = "someone-else";
      goodAnswer(request, response, body);
    },
    { hop: "contract", err: /^answer-to-another-request$/, hint: /cache in between/ },
  ),
  answering("a gzip bomb", fromApp(200, gzipSync(Buffer.alloc(20_000_000)), { "content-encoding": "gzip" }), {
    hop: "contract",
    err: /^encoding-not-asked-for$/,
    hint: /is compressed/,
  }),
  answering("a 201 with the right answer", fromApp(201, right), {
    hop: "contract",
    err: /^HTTP-201$/,
    hint: /answered 201 where the contract has 200/,
  }),
  answering("a 204", fromApp(204, ""), {
    hop: "contract",
    err: /^HTTP-204$/,
    hint: /answered 204 where the contract has 200/,
  }),
];

/** Faults of the answering program, over working TLS. */
export const answerFaults: Fault[] = [...edges, ...apps, ...contracts];
