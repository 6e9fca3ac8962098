import { once } from "node:events";
import { Agent, createServer as createProbe, request as send, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { listening } from "../../testing/listening.ts";
import { json } from "./answer.ts";
import { healthRoutes } from "./health.ts";
import type { Route } from "./router.ts";
import { createAppServer } from "./server.ts";
import { createService } from "./service.ts";
import { shutDown } from "./shutdown.ts";

async function serving() {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const held: Route = {
    method: "GET",
    path: "/held",
    handle: async () => {
      entered.resolve();
      await gate.promise;
      return json({});
    },
  };
  const service = createService("worker", "silent");
  const routes = [held, ...healthRoutes(service.traffic)];
  const server = createAppServer(routes, service);
  return { server, traffic: service.traffic, gate, entered: entered.promise, port: await listening(server) };
}

async function get(port: number, path: string, agent?: Agent): Promise<IncomingMessage> {
  const request = send({ port, path, host: "127.0.0.1", agent });
  request.end();
  const [response]: IncomingMessage[] = await once(request, "response");
  if (!response) throw new Error("no response");
  response.resume();
  await once(response, "end");
  return response;
}

it("while draining it accepts requests, is unready, and closes each connection after its answer", async () => {
  const { server, traffic, port } = await serving();
  expect((await get(port, "/readyz")).statusCode).toBe(200);
  const ended = shutDown({ server, traffic, drainDelayMs: 300 });
  const unready = await get(port, "/readyz");
  expect([unready.statusCode, unready.headers.connection, unready.headers["retry-after"]]).toEqual([503, "close", "1"]);
  const alive = await get(port, "/livez");
  expect([alive.statusCode, alive.headers.connection]).toEqual([200, "close"]);
  await ended;
  await expect(get(port, "/livez")).rejects.toThrow("ECONNREFUSED");
});

it("a request that is open at the signal gets its answer, and its connection is closed", async () => {
  const { server, traffic, gate, entered, port } = await serving();
  const agent = new Agent({ keepAlive: true });
  const answer = get(port, "/held", agent);
  await entered;
  const ended = shutDown({ server, traffic, drainDelayMs: 0 });
  gate.resolve();
  const { statusCode, headers } = await answer;
  expect([statusCode, headers.connection]).toEqual([200, "close"]);
  await ended;
  agent.destroy();
});

it("idle connections and requests that never end do not delay it", { timeout: 6_000 }, async () => {
  const { server, traffic, port } = await serving();
  const agent = new Agent({ keepAlive: true });
  const silent = connect(port, "127.0.0.1");
  silent.write("GET /livez HTTP/1.1\r\nHost: ");
  const [accepted]: Socket[] = await once(server, "connection");
  if (!accepted) throw new Error("no connection");
  while (accepted.bytesRead === 0) await setImmediate();
  await get(port, "/livez", agent);
  const closed = once(silent.resume(), "close");
  await shutDown({ server, traffic, drainDelayMs: 0 });
  await closed;
  expect(server.listening).toBe(false);
  agent.destroy();
});

it("the drain hook runs while requests are still accepted, and the listener waits for it", async () => {
  const { server, traffic, port } = await serving();
  const seen: unknown[] = [];
  const ended = shutDown({
    server,
    traffic,
    drainDelayMs: 0,
    onDrain: async () => {
      seen.push(traffic.draining, server.listening, (await get(port, "/livez")).statusCode, server.listening);
    },
  });
  await ended;
  expect(seen).toEqual([true, true, 200, true]);
});

it("its port is free afterwards", async () => {
  const { server, traffic, port } = await serving();
  await shutDown({ server, traffic, drainDelayMs: 0 });
  const probe = createProbe();
  expect(await listening(probe, port)).toBe(port);
  probe.close();
});
