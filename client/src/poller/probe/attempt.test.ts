import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { headers } from "@analyze/server/contract/headers";
import { limits } from "@analyze/server/contract/limits";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, overTls, type Handler, type Stage } from "../../../test/stage.ts";
import { attempt, type Attempt, type Message } from "./attempt.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

const post: Message = { method: "POST", requestId: "host-60", userAgent: "analyze-client/1.2.3", body: '{"text":"é"}' };

/** One attempt at a path of a stage that answers like this. */
async function tried(
  handler: Handler,
  { path = "/analyze", message = post, timeoutMs = 10_000 } = {},
): Promise<Attempt> {
  stage.play(overTls(stage.leaf, handler));
  return attempt({ ...stage.target, url: new URL(path, stage.target.url) }, message, timeoutMs);
}

const longest = 6 * limits.textBytes + 1024;

/** The requests that one attempt makes. */
async function sent(path: string, message: Message): Promise<{ request: IncomingMessage; body: string }[]> {
  const all: { request: IncomingMessage; body: string }[] = [];
  await tried(
    (request, response, body) => {
      all.push({ request, body });
      response.end();
    },
    { path, message },
  );
  return all;
}

describe("an attempt sends", () => {
  it("a text as JSON, once, with request ID and User-Agent", async () => {
    const [one, ...more] = await sent("/analyze?key=1", post);
    expect(more).toEqual([]);
    expect(one?.body).toBe(post.body);
    expect(one?.request).toMatchObject({ method: "POST", url: "/analyze?key=1" });
    expect(one?.request.headers).toMatchObject({
      host: stage.target.url.host,
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": "analyze-client/1.2.3",
      [headers.requestId]: "host-60",
    });
  });

  it("nothing with a GET", async () => {
    const [one] = await sent("/random", { ...post, method: "GET", body: undefined });
    expect(one?.request).toMatchObject({ method: "GET", url: "/random" });
    expect(one?.request.headers).not.toHaveProperty("content-type");
    expect(one?.body).toBe("");
  });
});

describe("an attempt has", () => {
  it("the whole answer, the certificate, the address and each phase", async () => {
    const { answer, ...rest } = await tried((_request, response) => {
      response.setHeader(headers.servedBy, "web").setHeader(headers.requestId, "host-60");
      response.setHeader("content-encoding", "identity").setHeader("date", "Sat, 21 Nov 2026 06:21:00 GMT");
      response.writeHead(207).write("é1");
      response.end("€2");
    });
    expect(answer).toEqual({
      status: 207,
      servedBy: "web",
      requestId: "host-60",
      encoding: "identity",
      date: "Sat, 21 Nov 2026 06:21:00 GMT",
      body: "é1€2",
    });
    expect(rest.failure).toBeUndefined();
    expect(rest.address).toBe("127.0.0.1");
    expect(rest.certificate?.fingerprint).toBe(new X509Certificate(stage.leaf.certificate).fingerprint256);
    const { dns, tcp = Number.NaN, tls = Number.NaN, wait = Number.NaN } = rest.phases;
    expect(dns).toBeUndefined();
    expect(tcp + tls + wait).toBeLessThanOrEqual(rest.ms + 2);
  });

  it("the first of a repeated header, and no missing one", async () => {
    const { answer } = await tried((_request, response) => {
      response.setHeader(headers.servedBy, ["web", "cache"]).removeHeader("date");
      response.sendDate = false;
      response.end();
    });
    expect(answer?.servedBy).toMatch(/^web/);
    expect(answer).toMatchObject({ requestId: undefined, encoding: undefined, date: undefined, body: "" });
  });

  it("the longest correct answer, and a failure for a longer one", async () => {
    const right = await tried((_request, response) => void response.end("x".repeat(longest)));
    expect(right.answer?.body).toHaveLength(longest);
    expect(right.failure).toBeUndefined();
    const long = await tried((_request, response) => void response.end("x".repeat(longest + 1)));
    expect(long.failure).toMatchObject({ code: "TOO_LONG", phase: "wait" });
    expect(long.answer).toMatchObject({ status: 200, body: "" });
    expect(long.phases.wait).toBeUndefined();
  });

  it.each([
    ["no answer", (): void => undefined, undefined],
    [
      "an answer that does not end",
      (_request: unknown, response: Parameters<Handler>[1]): void => void response.writeHead(200).write("x"),
      200,
    ],
  ])("the time-out of %s", async (_, handler, status) => {
    const { answer, failure } = await tried(handler, { timeoutMs: 2000 });
    expect(failure).toMatchObject({ code: "TIMEOUT", phase: "wait" });
    expect(answer?.status).toBe(status);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

it("an attempt that has ended leaves no timer that keeps the process alive", async () => {
  const before = timers();
  for (let count = 0; count < 8; count++)
    await tried((_request, response) => void response.end("x"), { timeoutMs: 600_000 });
  expect(timers() - before).toBeLessThan(8);
});
