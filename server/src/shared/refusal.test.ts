import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { listening } from "../../testing/listening.ts";
import { problem } from "../contract/wire.ts";
import { onParseFailure, refuseTunnel } from "./refusal.ts";
import { createService } from "./service.ts";

/** The two ends of a connection. The caller does not close its own by itself. */
async function pair(): Promise<{ socket: Socket; caller: Socket }> {
  const server = createServer({ allowHalfOpen: true });
  const accepted = once(server, "connection");
  const caller = connect({ port: await listening(server), host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => {
    caller.destroy();
    server.close();
  });
  const [socket]: Socket[] = await accepted;
  if (!socket) throw new Error("no connection");
  return { socket, caller };
}

/** The server's end of a connection, and all that its caller gets. */
async function connection(): Promise<{ socket: Socket; received: Promise<string> }> {
  const { socket, caller } = await pair();
  return { socket, received: text(caller) };
}

/** An answer on this connection that is still open. */
function openAnswer(socket: Socket, isComplete: boolean): ServerResponse {
  const incoming = new IncomingMessage(socket);
  incoming.complete = isComplete;
  return new ServerResponse(incoming);
}

function failure(code: string, rawPacket?: string): Error {
  const bytes = rawPacket === undefined ? {} : { rawPacket: Buffer.from(rawPacket, "latin1") };
  return Object.assign(new Error("the parser's words"), { code }, bytes);
}

function readAnswer(received: string) {
  const [head = "", body = ""] = received.split("\r\n\r\n");
  const [statusLine = "", ...fields] = head.split("\r\n");
  const headers = new Headers(
    fields.map((field): [string, string] => [field.split(": ")[0] ?? "", field.split(": ")[1] ?? ""]),
  );
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: problem.parse(JSON.parse(body)),
    bytes: Buffer.byteLength(body),
  };
}

const service = createService("web", "silent");
const onFailure = onParseFailure(service);

describe("a request that the parser rejects", () => {
  it.each<[code: string, packet: string | undefined, status: number, type: string]>([
    ["HPE_HEADER_OVERFLOW", undefined, 431, "headers-too-large"],
    ["HPE_CHUNK_EXTENSIONS_OVERFLOW", undefined, 413, "body-too-large"],
    ["ERR_HTTP_REQUEST_TIMEOUT", undefined, 408, "request-timeout"],
    ["HPE_INVALID_VERSION", "GET / HTTP/1.9\r\n", 505, "http-version-not-supported"],
    ["HPE_INVALID_VERSION", "GET / HTTP/1", 400, "malformed-request"],
    ["HPE_INVALID_VERSION", "GET /\r\nX: a HTTP/9.9\r\n", 400, "malformed-request"],
    ["HPE_INVALID_VERSION", "\u00ff\u00fe\u0000 HTTP/9.9\r\n", 505, "http-version-not-supported"],
    ["HPE_INVALID_VERSION", undefined, 400, "malformed-request"],
    ["HPE_INVALID_METHOD", "\u0016\u0003\u0001", 400, "malformed-request"],
    ["EPIPE", undefined, 400, "malformed-request"],
  ])("%s of %j is answered with %i %s, and the connection ends", async (code, packet, status, type) => {
    const { socket, received } = await connection();
    onFailure(failure(code, packet), socket);
    const answer = readAnswer(await received);
    expect([answer.status, answer.body.status, answer.body.type]).toEqual([
      status,
      status,
      `urn:analyze:problem:${type}`,
    ]);
    expect(answer.headers.get("connection")).toBe("close");
    expect(answer.headers.get("x-request-id")).toBe(answer.body.requestId);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(Number(answer.headers.get("content-length"))).toBe(answer.bytes);
    expect(Date.parse(answer.headers.get("date") ?? "")).not.toBeNaN();
    expect(answer.body.detail).not.toContain("the parser's words");
  });

  it("is counted without a method and a route", async () => {
    const own = createService("web", "silent");
    const { socket, received } = await connection();
    onParseFailure(own)(failure("HPE_HEADER_OVERFLOW"), socket);
    await received;
    expect(await own.metrics.registry.metrics()).toContain(
      'analyze_http_requests_total{method="other",route="unmatched",status="431"} 1',
    );
  });

  it.each([
    ["is not ready yet", false],
    ["is being sent", true],
  ])("is answered after the open answer to the complete request before it, which %s", async (_, isSent) => {
    const { socket, received } = await connection();
    const open = openAnswer(socket, true);
    if (isSent) open.writeHead(200).flushHeaders();
    service.traffic.begin(open);
    onFailure(failure("HPE_INVALID_METHOD"), socket);
    socket.write("first;");
    service.traffic.end(open);
    open.emit("close");
    expect(await received).toMatch(/^first;HTTP\/1\.1 400 /);
  });

  it("is answered at once if it is the one whose answer is open", async () => {
    const { socket, received } = await connection();
    service.traffic.begin(openAnswer(socket, false));
    onFailure(failure("HPE_INVALID_CHUNK_SIZE"), socket);
    expect(readAnswer(await received).status).toBe(400);
  });

  it("gets no second answer", async () => {
    const { socket, received } = await connection();
    const open = openAnswer(socket, false);
    open.writeHead(413).flushHeaders();
    service.traffic.begin(open);
    onFailure(failure("HPE_INVALID_CHUNK_SIZE"), socket);
    expect(socket.destroyed).toBe(true);
    expect(await received).toBe("");
  });

  it("gets no answer on a connection that is reset, or that takes no more bytes", async () => {
    const reset = await connection();
    onFailure(failure("ECONNRESET"), reset.socket);
    const ended = await connection();
    ended.socket.end();
    onFailure(failure("HPE_INVALID_METHOD"), ended.socket);
    for (const { socket, received } of [reset, ended]) {
      expect(socket.destroyed).toBe(true);
      expect(await received).toBe("");
    }
  });

  it("does not keep the connection of a caller that reads nothing", async () => {
    const { socket, caller } = await pair();
    onFailure(failure("HPE_INVALID_METHOD"), socket);
    await once(socket, "close");
    expect(caller.destroyed).toBe(false);
  });
});

it("CONNECT is answered with 405, and the connection ends", async () => {
  const { socket, received } = await connection();
  refuseTunnel(service)(new IncomingMessage(socket), socket);
  const answer = readAnswer(await received);
  expect([answer.status, answer.body.type]).toEqual([405, "urn:analyze:problem:method-not-allowed"]);
  expect(answer.headers.get("allow")).not.toMatch(/CONNECT/);
});
