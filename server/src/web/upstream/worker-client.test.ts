import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { listening } from "../../../testing/listening.ts";
import { problemTypes } from "../../contract/index.ts";
import { ProblemError } from "../../shared/answer.ts";
import { Breaker } from "./breaker.ts";
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

test("the text goes out as it came, with the request's id and the deadline", async () => {
  const seen: unknown[] = [];
  const { port } = await serve(async (request, response) => {
    const { "x-request-id": id, "x-request-deadline-ms": deadline } = request.headers;
    seen.push(id, deadline, (await request.toArray()).join(""));
    response.end(right);
  });
  expect(await clientOf(port).process(body, "id-1")).toEqual({ word_count: 1, reversed_text: "cba" });
  expect(seen).toEqual(["id-1", "2000", '{"text":"abc"}']);
});

test("a worker that takes too long is given up at the deadline, with 504", async () => {
  const { port } = await serve(() => {});
  const client = clientOf(port, 50);
  expect((await problemOf(client.process(body, "id"))).code).toBe("deadline-exceeded");
  expect(client.failures).toEqual(["deadline"]);
});

test("a worker that does not listen is tried five times, then answered for with 503 and Retry-After", async () => {
  const { server, port } = await serve(() => {});
  server.close();
  const client = clientOf(port);
  const problem = await problemOf(client.process(body, "id"));
  expect(problem.code).toBe("dependency-unavailable");
  expect(problem.options.headers).toEqual({ "retry-after": "1" });
  expect(client.failures).toEqual(Array.from({ length: 5 }, () => "unaccepted"));
});

test("a kept connection that worker has closed meanwhile is replaced by another, unseen by the caller", async () => {
  const sockets: Socket[] = [];
  let requests = 0;
  const { server, port } = await serve((request, response) => {
    requests++;
    // The second request on the first connection finds it closed, as when worker went away with it idle.
    if (request.socket === sockets[0] && requests > 1) request.socket.destroy();
    else response.end(right);
  });
  server.on("connection", (socket: Socket) => sockets.push(socket));
  const client = clientOf(port);
  await client.process(body, "first");
  await setImmediate();
  await client.process(body, "second");
  expect(client.failures).toEqual(["unaccepted"]);
  expect(sockets).toHaveLength(2);
});

test("a request that a new connection may have brought to worker is not sent twice", async () => {
  let requests = 0;
  const { port } = await serve((request) => {
    requests++;
    request.socket.destroy();
  });
  const client = clientOf(port);
  expect((await problemOf(client.process(body, "id"))).code).toBe("dependency-unavailable");
  expect(requests).toBe(1);
  expect(client.failures).toEqual(["broken"]);
});

test("an answer that breaks off is not asked for again", async () => {
  let requests = 0;
  const { port } = await serve((request, response) => {
    requests++;
    if (requests === 1) response.end(right);
    else response.writeHead(200, { "content-length": "100" }).write("{", () => request.socket.destroy());
  });
  const client = clientOf(port);
  await client.process(body, "first");
  await setImmediate();
  expect((await problemOf(client.process(body, "second"))).code).toBe("dependency-unavailable");
  expect(requests).toBe(2);
});

test.each([
  ["no JSON", 200, "<html>"],
  ["another shape", 200, '{"words":1}'],
  ["an error", 500, "{}"],
  ["a refusal", 422, "{}"],
])("an answer that is %s becomes a 503, not a 500", async (_, status, answer) => {
  const { port } = await serve((__, response) => response.writeHead(status).end(answer));
  const { code } = await problemOf(clientOf(port).process(body, "id"));
  expect(problemTypes[code].status).toBe(503);
});

test("an answer that never ends growing is cut off", async () => {
  const { port } = await serve((_, response) => {
    const grow = (): unknown => response.write(Buffer.alloc(1024 * 1024), () => process.nextTick(grow));
    grow();
  });
  const client = clientOf(port);
  expect((await problemOf(client.process(body, "id"))).code).toBe("dependency-unavailable");
  expect(client.failures).toEqual(["oversized"]);
});

test("after failures in a row nothing is sent any more, and the caller is told at once when to come back", async () => {
  let requests = 0;
  const { port } = await serve((request) => {
    requests++;
    request.socket.destroy();
  });
  const client = clientOf(port);
  for (let i = 0; i < 3; i++) await problemOf(client.process(body, "id"));
  const problem = await problemOf(client.process(body, "id"));
  expect(requests).toBe(3);
  expect(problem.options.headers).toEqual({ "retry-after": "60" });
});

test("texts that worker refuses do not open the breaker", async () => {
  const { port } = await serve((_, response) => response.writeHead(422).end("{}"));
  const client = clientOf(port);
  for (let i = 0; i < 5; i++) await problemOf(client.process(body, "id"));
  expect(client.breaker.state).toBe("closed");
});
