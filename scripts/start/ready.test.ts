import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterEach, expect, it } from "vitest";
import { listen } from "../../test/load/backend.ts";
import { freePort } from "../../test/support/ports.ts";
import { untilReady } from "./ready.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server whose n-th request, from 0, is answered by the n-th listener, and later ones by the last. */
async function serve(...listeners: [RequestListener, ...RequestListener[]]): Promise<{ url: string; count(): number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    const listener = listeners[Math.min(requests++, listeners.length - 1)] ?? listeners[0];
    listener(request, response);
  });
  servers.push(server);
  return { url: `http://127.0.0.1:${await listen(server)}/readyz`, count: () => requests };
}

const status =
  (code: number): RequestListener =>
  (_, response) =>
    response.writeHead(code).end();
const never = (): AbortSignal => new AbortController().signal;

it.each<[what: string, first: RequestListener]>([
  ["503", status(503)],
  ["a redirect, which is not followed", (_, response) => response.writeHead(302, { location: "/" }).end()],
  ["another success than 200", status(204)],
  ["a connection that is reset", (request) => request.socket.resetAndDestroy()],
  ["an answer that is no HTTP", (request) => request.socket.end("hello\r\n\r\n")],
])("asks again after %s", async (_, first) => {
  const { url, count } = await serve(first, status(200));
  expect(await untilReady(url, never())).toBe(true);
  expect(count()).toBe(2);
});

it("counts a 200 whose body is cut off: the program is ready", async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { "content-length": 100 }).write("part");
    setImmediate(() => request.socket.resetAndDestroy());
  });
  expect(await untilReady(url, never())).toBe(true);
  await delay(20);
});

it.each<[what: string, listener: RequestListener]>([
  ["never ready", status(503)],
  ["silent", () => {}],
])("ends with false when it is no longer wanted, at a program that is %s", async (_, listener) => {
  const { url, count } = await serve(listener);
  const stop = new AbortController();
  const ready = untilReady(url, stop.signal);
  await expect.poll(count).toBeGreaterThan(0);
  stop.abort();
  expect(await ready).toBe(false);
});

it("asks nothing if it was not wanted from the beginning, and waits for a port that nobody has yet", async () => {
  const { url, count } = await serve(status(200));
  expect(await untilReady(url, AbortSignal.abort())).toBe(false);
  expect(count()).toBe(0);
  const port = await freePort();
  const ready = untilReady(`http://127.0.0.1:${port}/`, never());
  const server = createServer(status(200));
  servers.push(server);
  server.listen(port, "127.0.0.1");
  expect(await ready).toBe(true);
});

/** An https server for analyze.test. */
async function secured(): Promise<{ url: string; ca: string; connections(): number }> {
  const authority = await createAuthority({ hosts: ["analyze.test"] });
  const leaf = await issueServerLeaf(authority, { hosts: ["analyze.test"] });
  const server = createTlsServer({ key: leaf.key, cert: leaf.certificate }, (_request, response) => response.end());
  let connections = 0;
  server.on("connection", () => connections++);
  servers.push(server);
  const url = `https://127.0.0.1:${await listen(server)}/readyz`;
  return { url, ca: authority.certificate, connections: () => connections };
}

it("with https, is ready by the name and the CA of the certificate", async () => {
  const { url, ca } = await secured();
  expect(await untilReady(url, never(), { ca, servername: "analyze.test" })).toBe(true);
});

it.each([
  ["another name", "other.test", true],
  ["another CA", "analyze.test", false],
])("with https, is never ready by %s", async (_, servername, isTrusted) => {
  const { url, ca, connections } = await secured();
  const other = await createAuthority({ hosts: ["analyze.test"] });
  const stop = new AbortController();
  const ready = untilReady(url, stop.signal, { ca: isTrusted ? ca : other.certificate, servername });
  await expect.poll(connections).toBeGreaterThan(1);
  stop.abort();
  expect(await ready).toBe(false);
});
