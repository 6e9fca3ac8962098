import { afterAll, beforeAll, expect, it } from "vitest";
import { headers } from "@analyze/server/contract/headers";
import { limits } from "@analyze/server/contract/limits";
import { issueServerLeaf } from "@analyze/certs";
import { goodAnswer, host, openStage, overTls, type Handler, type Stage } from "../../../test/stage.ts";
import { allowanceFor, probe, type Probed, type Question } from "./probe.ts";
import { runLine } from "./run-line.ts";
import type { Target } from "./target.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

async function ask(question: Question = { kind: "analyze", text: "a" }, over: Partial<Target> = {}): Promise<Probed> {
  const allowance = { attemptMs: 8000, pauseMs: 1, inspectMs: 5000 };
  const target = { ...stage.target, ...over };
  const options = { target, question, requestId: "host-60", userAgent: "analyze-client/1.2.3" };
  return probe({ ...options, allowance, trusted: undefined });
}

it("a good second attempt makes the slot flaky, with the error of the first", async () => {
  const ids: unknown[] = [];
  const sockets = new Set<unknown>();
  const recovering: Handler = (request, response, body) => {
    ids.push(request.headers[headers.requestId]);
    sockets.add(request.socket);
    if (ids.length === 1) response.writeHead(503).end();
    else goodAnswer(request, response, body);
  };
  stage.play(overTls(stage.leaf, recovering));
  const line = runLine(60_000, 60_004, "host-60", await ask());
  expect(line).toMatchObject({ kind: "flaky", hop: "app", status: 200, try: 2, first: "upstream:HTTP-503" });
  expect(line.err).toBeUndefined();
  expect(ids).toEqual(["host-60", "host-60"]);
  expect(sockets.size).toBe(2);
});

it("resumes no session: the next attempt sees a replaced certificate", async () => {
  stage.play(overTls(stage.leaf, goodAnswer));
  const before = (await ask()).attempts[0]?.certificate?.fingerprint;
  stage.play(overTls(await issueServerLeaf(stage.authority, { hosts: [host] }), goodAnswer));
  const after = (await ask()).attempts[0]?.certificate?.fingerprint;
  expect(before).toMatch(/^([0-9A-F]{2}:){31}/);
  expect(after).toMatch(/^([0-9A-F]{2}:){31}/);
  expect(after).not.toBe(before);
});

it("every attempt sends a User-Agent", async () => {
  const agents: unknown[] = [];
  const refusing: Handler = (request, response) => {
    agents.push(request.headers["user-agent"]);
    response.writeHead(503).end();
  };
  stage.play(overTls(stage.leaf, refusing));
  await ask();
  expect(agents).toEqual(["analyze-client/1.2.3", "analyze-client/1.2.3"]);
});

it.each([65_600, limits.textBytes])("the answer to a text of %i bytes is read completely", async (bytes) => {
  stage.play(overTls(stage.leaf, goodAnswer));
  expect((await ask({ kind: "analyze", text: "é".repeat(bytes / 2) })).verdict).toMatchObject({ hop: "app" });
  const escaped = "\u0001".repeat(Math.min(bytes, limits.bodyBytes / 6 - 10));
  expect((await ask({ kind: "analyze", text: escaped })).verdict).not.toHaveProperty("err");
});

const identity: Handler = (request, response, body) => {
  response.setHeader("content-encoding", "identity");
  goodAnswer(request, response, body);
};

it("an answer with the encoding identity is accepted", async () => {
  stage.play(overTls(stage.leaf, identity));
  expect((await ask()).verdict).toMatchObject({ hop: "app", out: "Word Count: 1 | Reverse: a" });
});

const behindCdn: Handler = (_request, response) =>
  void response.writeHead(500, { [headers.servedBy]: "web, cache-fra-1" }).end();

it("the app's x-served-by is recognised if a CDN adds its own", async () => {
  stage.play(overTls(stage.leaf, behindCdn));
  expect((await ask()).verdict).toMatchObject({ hop: "app", err: "HTTP-500" });
});

it("a page of a million opening brackets is handled quickly", async () => {
  stage.play(overTls(stage.leaf, (_request, response) => void response.end("<".repeat(1_000_000))));
  expect((await ask()).verdict).toMatchObject({ hop: "edge", err: "not-the-contract" });
});

function numbered(number: number, sent: unknown[] = []): Handler {
  return ({ method }, response, body) => {
    sent.push({ method, body });
    response.end(JSON.stringify({ number }));
  };
}

it("GET /random is checked by its range", async () => {
  stage.play(overTls(stage.leaf, numbered(100)));
  expect((await ask({ kind: "random" })).verdict).toEqual({ hop: "app", out: "100" });
  stage.play(overTls(stage.leaf, numbered(101)));
  expect((await ask({ kind: "random" })).verdict).toMatchObject({ err: "not-the-contract" });
});

it("a refused certificate is the verdict also if it cannot be read again", async () => {
  const secured = overTls(await issueServerLeaf(stage.authority, { hosts: ["other.test"] }), goodAnswer);
  let connections = 0;
  stage.play((socket) => {
    connections += 1;
    if (connections <= 2) secured(socket);
    else socket.destroy();
  });
  const { verdict, shown, advice } = await ask();
  expect(verdict).toMatchObject({ hop: "tls-name", err: "ERR_TLS_CERT_ALTNAME_INVALID" });
  expect(shown).toBeUndefined();
  expect(advice?.next).toMatch(/\w/);
  expect(connections).toBe(3);
});

const closing: Handler = (request) => void request.socket.destroy();

it("an edge that requests a client certificate and closes silently: the verdict says whether one was presented", async () => {
  stage.play(overTls(stage.leaf, closing, { requestCert: true, rejectUnauthorized: false }));
  expect((await ask()).verdict).toEqual({ hop: "tls", err: "CLIENT_CERTIFICATE_MISSING" });
  const { certificate: cert, key } = await issueServerLeaf(stage.authority, { hosts: [host] });
  expect((await ask(undefined, { identity: { cert, key } })).verdict).toEqual({
    hop: "tls",
    err: "CLIENT_CERTIFICATE_REFUSED",
  });
});

it("the time of a probe is at least that of its attempts, and at most that of the call", async () => {
  stage.play(overTls(stage.leaf, (_request, response) => void response.writeHead(503).end()));
  const started = performance.now();
  const { ms, attempts } = await ask();
  expect(ms).toBeLessThanOrEqual(Math.ceil(performance.now() - started));
  // Each attempt is rounded to a millisecond.
  expect(ms).toBeGreaterThanOrEqual(attempts.reduce((sum, attempt) => sum + attempt.ms, 0) - 2);
});

it("a probe of /random sends GET without a body", async () => {
  const sent: unknown[] = [];
  stage.play(overTls(stage.leaf, numbered(1, sent)));
  await ask({ kind: "random" });
  expect(sent).toEqual([{ method: "GET", body: "" }]);
});

it("with any schedule, the slowest probe ends before the next slot is due", () => {
  for (const period of [1000, 5000, 60_000, 86_400_000]) {
    const { attemptMs, pauseMs, inspectMs } = allowanceFor(period);
    expect(2 * attemptMs + pauseMs + inspectMs).toBeLessThan(period);
  }
});
