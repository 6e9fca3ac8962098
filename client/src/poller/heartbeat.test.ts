import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { LogLine, RunLine } from "../line/record.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";

const run: RunLine = { kind: "ok", time: 0, hop: "app", ms: 1, late: 0, try: 1, id: "x" };
const start: LogLine = {
  kind: "start",
  time: 0,
  version: "1",
  url: "u",
  schedule: "s",
  config: "c",
  host: "h",
  pid: 1,
};

let authority: Credential;
let server: Server;
let port: number;
let calls: string[];
let agents: unknown[];
let status: number;
/** The switch does not answer until this resolves. */
let held: Promise<void> | undefined;
let warnings: string[];
let failures: number;

function portOf(listening: { address(): unknown }): number {
  const address = listening.address();
  return typeof address === "object" && address !== null && "port" in address ? Number(address.port) : 0;
}

beforeAll(async () => {
  authority = await createAuthority({ hosts: ["localhost"] });
  const leaf = await issueServerLeaf(authority, { hosts: ["localhost"] });
  server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    calls.push(`${request.method} ${request.url}`);
    agents.push(request.headers["user-agent"]);
    void Promise.resolve(held).then(() => response.writeHead(status, { location: "/elsewhere" }).end("OK"));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  port = portOf(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [calls, agents, warnings, failures, status, held] = [[], [], [], 0, 200, undefined];
});

function heartbeat(over: { url?: URL; ca?: string | undefined; timeoutMs?: number } = {}): Heartbeat {
  return createHeartbeat({
    url: new URL(`https://localhost:${port}/ping/s3cret-uuid?create=1`),
    ca: authority.certificate,
    userAgent: "analyze-client/1.2.3",
    timeoutMs: 5000,
    onFailure: () => (failures += 1),
    warn: (message) => void warnings.push(message),
    ...over,
  });
}

const rows: [LogLine, string[]][] = [
  [start, ["GET /ping/s3cret-uuid/start?create=1"]],
  [run, ["GET /ping/s3cret-uuid?create=1"]],
  [{ ...run, kind: "flaky" }, ["GET /ping/s3cret-uuid?create=1"]],
  [{ ...run, kind: "planned" }, ["GET /ping/s3cret-uuid?create=1"]],
  [{ ...run, kind: "FAIL" }, ["GET /ping/s3cret-uuid/fail?create=1"]],
];
it.each(rows)("calls the URL that healthchecks.io expects: $kind", async (line, expected) => {
  heartbeat().written(line);
  await expect.poll(() => calls).toEqual(expected);
  expect(agents).toEqual(["analyze-client/1.2.3"]);
});

it("makes no call for lines that are not about a slot", async () => {
  const beat = heartbeat();
  beat.written({ kind: "gap", time: 0, from: 0, slots: 1, why: "restart" });
  beat.written({ kind: "stop", time: 0, why: "SIGTERM" });
  beat.written(run);
  await expect.poll(() => calls).toHaveLength(1);
});

it("makes one call at a time, and keeps only the latest waiting line", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  held = promise;
  const beat = heartbeat();
  beat.written(run);
  await expect.poll(() => calls).toHaveLength(1);
  for (const kind of ["ok", "ok", "FAIL"] as const) beat.written({ ...run, kind });
  expect(calls).toHaveLength(1);
  resolve();
  await expect.poll(() => calls).toHaveLength(2);
  expect(calls[1]).toBe("GET /ping/s3cret-uuid/fail?create=1");
});

it.each([
  ["an answer that is not 2xx", 404, /HTTP 404/],
  ["a redirect, which is not followed", 302, /HTTP 302/],
])("counts a failure, warns once, and recovers: %s", async (_name, code, reason) => {
  status = code;
  const beat = heartbeat();
  beat.written(run);
  await expect.poll(() => failures).toBe(1);
  beat.written(run);
  await expect.poll(() => failures).toBe(2);
  expect(beat.failing()).toBe(true);
  expect(warnings).toEqual([expect.stringMatching(reason)]);
  status = 200;
  beat.written(run);
  await expect.poll(() => beat.failing()).toBe(false);
  expect(calls).toHaveLength(3);
});

it("ends a call to a silent port", async () => {
  const silent = createTcpServer();
  await once(silent.listen(0, "127.0.0.1"), "listening");
  heartbeat({ url: new URL(`https://127.0.0.1:${portOf(silent)}/s3cret-uuid`), timeoutMs: 100 }).written(run);
  await expect.poll(() => warnings).toEqual([expect.stringMatching(/no answer in time/)]);
  silent.close();
});

it("trusts only Node's bundled roots if no CA is given, and never prints the URL", async () => {
  heartbeat({ ca: undefined }).written(run);
  await expect.poll(() => failures).toBe(1);
  expect(calls).toEqual([]);
  expect(warnings.join("\n")).not.toMatch(/s3cret/);
});

it("makes no call after it is stopped", async () => {
  const beat = heartbeat();
  beat.stop();
  beat.written(run);
  heartbeat().written({ ...run, kind: "FAIL" });
  await expect.poll(() => calls).toEqual(["GET /ping/s3cret-uuid/fail?create=1"]);
  expect(failures).toBe(0);
});
