import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { listening } from "../../../testing/listening.ts";
import { problemTypes } from "../../contract/problems.ts";
import { ProblemError } from "../../shared/answer.ts";
import { Breaker } from "./breaker.ts";
import { callWithRetry } from "./retry.ts";
import { createWorkerClient, createWorkerPool } from "./worker-client.ts";

const right = JSON.stringify({ word_count: 1, reversed_text: "cba" });
const body = Buffer.from('{"text":"abc"}');
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function serve(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listening(server).then((port) => ({ server, port }));
}

function clientOf(port: number, deadlineMs = 2000) {
  const dispatcher = createWorkerPool(`http://127.0.0.1:${port}`);
  cleanUps.push(() => dispatcher.destroy());
  const breaker = new Breaker({ threshold: 3, openMs: 60_000 });
  const failures: string[] = [];
  const client = createWorkerClient({ dispatcher, breaker, deadlineMs, onFailure: (kind) => failures.push(kind) });
  return { ...client, breaker, failures };
}

async function problemOf(answer: Promise<unknown>): Promise<ProblemError> {
  const error = await answer.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw error;
  return error;
}

it("the text is sent unchanged, with request ID and deadline", async () => {
  const seen: unknown[] = [];
  const { port } = await serve(async (request, response) => {
    const { "x-request-id": id, "x-request-deadline-ms": deadline } = request.headers;
    seen.push(id, deadline, (await request.toArray()).join(""));
    response.end(right);
  });
  expect(await clientOf(port).process(body, "id-1")).toEqual({ word_count: 1, reversed_text: "cba" });
  expect(seen).toEqual(["id-1", "2000", '{"text":"abc"}']);
});

it("a call to a slow worker ends at the deadline with 504", async () => {
  const { port } = await serve(() => {});
  const client = clientOf(port, 50);
  expect((await problemOf(client.process(body, "id"))).code).toBe("deadline-exceeded");
  expect(client.failures).toEqual(["deadline"]);
});

it("a worker that does not listen is called five times, then the answer is 503 with Retry-After", async () => {
  const { server, port } = await serve(() => {});
  server.close();
  const client = clientOf(port);
  const problem = await problemOf(client.process(body, "id"));
  expect(problem.code).toBe("dependency-unavailable");
  expect(problem.options.headers).toEqual({ "retry-after": "1" });
  expect(client.failures).toEqual(Array.from({ length: 5 }, () => "unsent"));
});

/** A server that reads every request and then does this to the connection; `requests` counts them. */
async function takeAnd(conduct: (socket: Socket, request: number) => unknown) {
  const counter = { requests: 0 };
  const { port } = await serve((request, response) => {
    counter.requests++;
    request.resume().on("end", () => {
      if (counter.requests === 1) response.end(right);
      else conduct(request.socket, counter.requests);
    });
  });
  return { port, counter };
}

const answering = (text: string) => (socket: Socket) => socket.end(text);

it("a kept connection that worker closes after a request is replaced, and the request is repeated once", async () => {
  const { port, counter } = await takeAnd((socket, request) =>
    request === 2
      ? socket.destroy()
      : answering(`HTTP/1.1 200 OK\r\nContent-Length: ${right.length}\r\n\r\n${right}`)(socket),
  );
  const client = clientOf(port);
  await client.process(body, "first");
  await setImmediate();
  await client.process(body, "second");
  expect(client.failures).toEqual(["lost"]);
  expect(counter.requests).toBe(3);
});

it.each([
  ["closes the connection", (socket: Socket) => socket.destroy(), ["lost", "lost"]],
  ["resets the connection", (socket: Socket) => socket.resetAndDestroy(), ["lost", "lost"]],
  ["breaks off its answer", answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), ["lost", "lost"]],
  ["answers what is not HTTP", answering("SSH-2.0-OpenSSH_9.6\r\n"), ["invalid"]],
  ["answers with 40 KB of headers", answering(`HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(40_000)}\r\n\r\n`), ["invalid"]],
  [
    "answers with two lengths",
    answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
    ["invalid"],
  ],
  ["answers no JSON", answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"), ["invalid"]],
])("a worker that reads a request and %s gets it at most twice", async (_, conduct, failures) => {
  const { port, counter } = await takeAnd(conduct);
  const client = clientOf(port);
  await client.process(body, "first");
  await setImmediate();
  expect((await problemOf(client.process(body, "second"))).code).toBe("dependency-unavailable");
  expect(client.failures).toEqual(failures);
  expect(counter.requests).toBe(1 + failures.length);
});

it("an unsafe request is sent once", async () => {
  const { port, counter } = await takeAnd((socket) => socket.destroy());
  const dispatcher = createWorkerPool(`http://127.0.0.1:${port}`);
  cleanUps.push(() => dispatcher.destroy());
  const request = { path: "/", headers: [], body, safeToRepeat: false, deadlineMs: 2000, maxBytes: 100 };
  const failures: string[] = [];
  const send = () => callWithRetry(dispatcher, request, (kind) => failures.push(kind));
  await send();
  await expect(send()).rejects.toThrow("call failed: lost");
  expect([counter.requests, failures]).toEqual([2, ["lost"]]);
});

it.each([
  ["no JSON", 200, "<html>"],
  ["another shape", 200, '{"words":1}'],
  ["an error", 500, "{}"],
  ["a refusal", 422, "{}"],
])("an answer that is %s becomes a 503, not a 500", async (_, status, answer) => {
  const { port } = await serve((__, response) => response.writeHead(status).end(answer));
  const { code } = await problemOf(clientOf(port).process(body, "id"));
  expect(problemTypes[code].status).toBe(503);
});

it("an endless answer is cut off", async () => {
  const { port } = await serve((_, response) => {
    const grow = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), () => void setImmediate().then(grow));
    };
    grow();
  });
  const client = clientOf(port);
  expect((await problemOf(client.process(body, "id"))).code).toBe("dependency-unavailable");
  expect(client.failures).toEqual(["invalid"]);
});

it.each<[string, RequestListener]>([
  ["loses connections", (request) => request.socket.destroy()],
  ["answers garbage", (_, response) => response.end("garbage")],
  ["answers another shape", (_, response) => response.end('{"words":1}')],
  ["fails", (_, response) => response.writeHead(500).end()],
])(
  "after three consecutive calls to a worker that %s, nothing is sent, and the answer says when to retry",
  async (_, conduct) => {
    let requests = 0;
    const { port } = await serve((request, response) => {
      requests++;
      conduct(request, response);
    });
    const client = clientOf(port);
    for (let i = 0; i < 3; i++) await problemOf(client.process(body, "id"));
    const before = requests;
    const problem = await problemOf(client.process(body, "id"));
    expect([client.breaker.state, requests]).toEqual(["open", before]);
    expect(problem.options.headers).toEqual({ "retry-after": "60" });
  },
);

it("texts that worker refuses do not open the breaker", async () => {
  const { port } = await serve((_, response) => response.writeHead(422).end("{}"));
  const client = clientOf(port);
  for (let i = 0; i < 5; i++) await problemOf(client.process(body, "id"));
  expect(client.breaker.state).toBe("closed");
});
