import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Program, startProgram } from "../../test/support/program.ts";

const main = join(import.meta.dirname, "main.ts");
const variables = ["START_PORT", "START_WORKER_PORT", "START_METRICS_PORT", "START_WORKER_METRICS_PORT"];
let dir: string;
let program: Program | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "start-"));
});
afterEach(async () => {
  await program?.stop();
  rmSync(dir, { recursive: true });
});

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, port: address.port };
}

/** Ports that were free a moment ago. */
async function freePorts(): Promise<Record<string, string>> {
  const held = await Promise.all(variables.map(listening));
  await Promise.all(held.map(async ({ server }) => once(server.close(), "close")));
  return Object.fromEntries(held.map(({ port }, index) => [variables[index], String(port)]));
}

function start(env: Record<string, string>, ...args: string[]): Program {
  program = startProgram(process.execPath, [main, ...args], { cwd: dir, env: { ...process.env, ...env } });
  return program;
}

it("three processes start, the client's first line is ok and in the log, and SIGTERM drains all", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok +\S+ +200 /m);
  expect(await started.stop()).toBe(0);
  expect(readFileSync(join(dir, "analyze.log"), "utf8")).toMatch(/^\S+Z ok +\S+ +200 /m);
  expect(existsSync(join(dir, "certs/issued/ca.crt"))).toBe(true);
});

it("when one part dies the rest is ended, and the exit code says so", async () => {
  const started = start(await freePorts());
  const [, pid] = await started.waitFor(/^ +worker +.*pid (\d+)/m);
  await started.waitFor(/^\S+Z ok /m);
  process.kill(Number(pid), "SIGKILL");
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain("worker was ended by SIGKILL, so the rest is ended too");
});

it("a taken port is named with the variable that moves it, and nothing is started", async () => {
  const { server, port } = await listening();
  const started = start({ ...(await freePorts()), START_PORT: String(port) });
  expect(await started.ended).toBe(1);
  server.close();
  expect(started.output()).toContain(
    `port ${port} is taken by another program: choose another one, for example START_PORT=`,
  );
  expect(existsSync(join(dir, "logs"))).toBe(false);
});

it("a client that can't start is reported with its own words", async () => {
  const started = start({ ...(await freePorts()), ANALYZE_SCHEDULE: "never" });
  expect(await started.ended).toBe(1);
  expect(started.output()).toMatch(/client ended with code \d+.*\n(.*\n)*.*ANALYZE_SCHEDULE/);
});
