import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listening } from "../../testing/listening.ts";
import { rawRequest } from "../../testing/raw-request.ts";
import { analyzeRequest, limits } from "../contract/index.ts";
import { json } from "./answer.ts";
import { readJson } from "./body.ts";
import { createRouter, type Route } from "./router.ts";
import { createAppServer } from "./server.ts";
import { createService } from "./service.ts";

const echo: Route = {
  method: "POST",
  path: "/echo",
  handle: async (c) => json({ length: (await readJson(c, analyzeRequest)).value.text.length }),
};
const service = createService("worker", "silent");
const server = createAppServer(createRouter([echo], service.standing, service.logger), service);
let port: number;

beforeAll(async () => {
  port = await listening(server);
});
afterAll(() => server.close());

const close = "Connection: close\r\n";
const chunked = `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n`;

function chunk(data: string): string {
  return `${data.length.toString(16)}\r\n${data}\r\n`;
}

describe("over a socket", () => {
  test("a chunked body is read", async () => {
    const answer = await rawRequest(port, `${chunked}${close}\r\n`, chunk('{"text":'), chunk('"abc"}'), "0\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"length":3\}$/);
  });

  test("a chunked body is refused with 413 as soon as its bytes are too many, though it never ends", async () => {
    const answer = await rawRequest(port, `${chunked}\r\n`, chunk(`{"text":"${"a".repeat(limits.bodyBytes)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*"type":"urn:analyze:problem:body-too-large"/);
  });

  test("the answer 413 arrives however much of the body is still on its way", async () => {
    const body = `${chunk("a".repeat(65_536)).repeat(80)}0\r\n\r\n`;
    const last = `GET /echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => rawRequest(port, `${chunked}\r\n`, body, last)));
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(answers.map(() => "HTTP/1.1 413"));
  });

  test.each([
    ["two Host headers", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["no Host header", "GET /echo HTTP/1.1\r\n\r\n", 400],
    ["an empty Host header", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n", 400],
    ["a path in its Host", "GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
    ["a target that is no path", "GET /\\echo HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a method that does not exist", "FETCH /echo HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["both lengths", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
    ["headers of 20 KiB", `GET /echo HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(20_480)}\r\n\r\n`, 431],
  ])("a request with %s is answered with a problem, and the connection closed", async (_, request, status) => {
    const answer = await rawRequest(port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/m);
    expect(answer).toMatch(/^x-request-id: [\w-]{36}\r$/m);
    expect(answer).toMatch(/^x-served-by: worker\r$/m);
    expect(answer).toMatch(/^connection: close\r$/im);
  });

  test("TRACE and an unknown expectation meet the routes like any request", async () => {
    expect(await rawRequest(port, `TRACE /echo HTTP/1.1\r\nHost: a\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await rawRequest(port, `GET /no HTTP/1.1\r\nHost: a\r\nExpect: x\r\n${close}\r\n`)).toMatch(
      /^HTTP\/1\.1 404 /,
    );
  });

  test("nonsense after a whole request leaves that one its answer, and closes the connection", async () => {
    const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n";
    const answer = await rawRequest(port, `${head}{"text":"a"}nonsense\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('{"length":1}');
  });
});
