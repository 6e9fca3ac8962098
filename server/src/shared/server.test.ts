import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawRequest } from "../../testing/raw-request.ts";
import { serve, type Serving } from "../../testing/serving.ts";
import { limits } from "../contract/limits.ts";
import { analyzeRequest } from "../contract/wire.ts";
import { json } from "./answer.ts";
import { readJson } from "./body.ts";
import type { Route } from "./router.ts";
import { createService } from "./service.ts";

const echo: Route = {
  method: "POST",
  path: "/echo",
  handle: async (exchange) => json({ length: (await readJson(exchange, analyzeRequest)).value.text.length }),
};
const held: Route = { method: "GET", path: "/slow", handle: () => wait(50).then(() => json({})) };
let serving: Serving;
let port: number;

beforeAll(async () => {
  serving = await serve([echo, held], createService("worker", "silent"));
  ({ port } = serving);
});
afterAll(() => serving.close());

const close = "Connection: close\r\n";
const chunked = `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n`;

const expecting = (length: number, type = "application/json"): string =>
  `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

function chunk(data: string): string {
  return `${data.length.toString(16)}\r\n${data}\r\n`;
}

describe("over a socket", () => {
  it("a chunked body is read", async () => {
    const answer = await rawRequest(port, `${chunked}${close}\r\n`, chunk('{"text":'), chunk('"abc"}'), "0\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"length":3\}$/);
  });

  it("an endless chunked body is rejected with 413 as soon as it exceeds the limit", async () => {
    const answer = await rawRequest(port, `${chunked}\r\n`, chunk(`{"text":"${"a".repeat(limits.bodyBytes)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"type":"urn:analyze:problem:body-too-large"/);
  });

  it("the answer 413 arrives however much of the body is still being sent", async () => {
    const body = `${chunk("a".repeat(65_536)).repeat(80)}0\r\n\r\n`;
    const last = `GET /echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => rawRequest(port, `${chunked}\r\n`, body, last)));
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(answers.map(() => "HTTP/1.1 413"));
  });

  it.each([
    ["two Host headers", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["no Host header", "GET /echo HTTP/1.1\r\n\r\n", 400],
    ["an empty Host header", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n", 400],
    ["a path in its Host", "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
    ["a target that is no path", "GET /\\echo HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a method that does not exist", "FETCH /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["both lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    ["a version of another kind", "GET /slow HTTP/2.0\r\nHost: a\r\n\r\n", 505],
    ["an old version", "GET /slow HTTP/0.9\r\nHost: a\r\n\r\n", 505],
    ["an unknown version", "GET /slow HTTP/1.2\r\nHost: a\r\n\r\n", 505],
    [
      "a compressed chunked body",
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["an escape that is none", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["the method CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405],
    ["headers of 20 KiB", `GET /echo HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(20_480)}\r\n\r\n`, 431],
  ])("a request with %s is answered with a problem, and the connection closed", async (_, request, status) => {
    const answer = await rawRequest(port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/m);
    expect(answer).toMatch(/^x-request-id: [\w-]{36}\r$/m);
    expect(answer).toMatch(/^x-served-by: worker\r$/m);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  it("TRACE and an unknown Expect reach the routes like any request", async () => {
    expect(await rawRequest(port, `TRACE /echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await rawRequest(port, `GET /no HTTP/1.1\r\nHost: a\r\nExpect: x\r\n${close}\r\n`)).toMatch(
      /^HTTP\/1\.1 404 /,
    );
  });

  it("answers a complete request before invalid bytes, then closes the connection", async () => {
    const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n";
    const answer = await rawRequest(port, `${head}{"text":"a"}nonsense\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('{"length":1}');
  });

  it("a caller that closes its side after the request still gets the answer", async () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const body = '{"text":"abc"}';
    socket.end(
      `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const answers = (await socket.toArray()).join("");
    expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 [^]*\{"length":3\}$/);
  });

  it("a caller that closes its side in the middle of the body is rejected", async () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"te');
    expect((await socket.toArray()).join("")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("a body after Expect: 100-continue is read after the answer 100", async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write(expecting(14));
    const chunks: string[] = [];
    for await (const part of socket) {
      chunks.push(String(part));
      if (chunks.length === 1) socket.write('{"text":"abc"}');
      if (chunks.join("").includes("length")) break;
    }
    expect(chunks[0]).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    expect(chunks.join("")).toMatch(/HTTP\/1\.1 200 [^]*\{"length":3\}$/);
  });

  it.each([
    [413, expecting(limits.bodyBytes + 1)],
    [415, expecting(14, "text/plain")],
    [404, expecting(14).replace("/echo", "/none")],
  ])("a body that will be rejected with %i gets no answer 100, and the connection closes", async (status, request) => {
    const answer = await rawRequest(port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*^connection: close\r$`, "im"));
  });

  it("an answer before the body has arrived keeps the connection in sync", async () => {
    const body = "a".repeat(200_000);
    const first = `POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answers = await rawRequest(port, first, body, `GET /slow HTTP/1.1\r\nHost: a\r\n${close}\r\n`);
    expect(answers).toMatch(/^HTTP\/1\.1 404 [^]*HTTP\/1\.1 200 /);
  });

  it("a body whose rest never arrives does not keep the connection open", async () => {
    const request = "POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc";
    expect(await rawRequest(port, request)).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("a body in more than 16,384 chunks is rejected", async () => {
    const body = Array.from({ length: 16_385 }, () => chunk(" ")).join("");
    expect(await rawRequest(port, `${chunked}\r\n`, body)).toMatch(
      /^HTTP\/1\.1 400 [^]*chunks of the body are too small/,
    );
  });

  it("a body of one-byte chunks is read", async () => {
    const body = JSON.stringify({ text: "a".repeat(3000) });
    const chunks = Array.from(body, chunk).join("");
    expect(await rawRequest(port, `${chunked}${close}\r\n`, chunks, "0\r\n\r\n")).toMatch(/\{"length":3000\}$/);
  });
});
