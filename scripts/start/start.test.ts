import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { clockIsMoved } from "../../test/support/clock.ts";
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

function goodLines(): number {
  return readFileSync(join(dir, "analyze.log"), "utf8").match(/ ok /g)?.length ?? 0;
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

it("after it, each command of the client finds edge, CA and log without a setting", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok +\S+ +200 /m);
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANALYZE_")));
  const analyze = (args: string[], env = {}): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [join(import.meta.dirname, "../analyze.ts"), ...args], {
      cwd: dir,
      env: { ...own, ...env },
      encoding: "utf8",
    });
  for (const [args, shown] of [
    [["once", "--line"], / ok +app +200 /],
    [["doctor"], /✓ poller .*writes this log/],
    // The report leaves out files that were last written before its window.
    [["report", "--line"], clockIsMoved ? /^analyze: / : /^analyze: UP for /],
    [["tail", "-n", "1"], /Z (ok|start|flaky) /],
    [["export"], /"kind":"ok"/],
    [["maintenance"], /No maintenance is announced/],
  ] as const) {
    const { stdout, stderr } = analyze([...args]);
    expect(stdout).toMatch(shown);
    expect(stderr).toBe("Settings: logs/analyze.env, as npm start left them\n");
  }
  const { stdout, stderr } = analyze(["report"], { ANALYZE_LOG: join(dir, "another.log") });
  expect(stdout + stderr).toMatch(/^There is no log at .*another\.log/);
  expect(await started.stop()).toBe(0);
}, 90_000);

it("when its reader goes away, it goes on, and ends all on SIGTERM", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok +\S+ +200 /m);
  started.child.stdout?.destroy();
  const before = goodLines();
  await expect.poll(goodLines, { timeout: 20_000 }).toBeGreaterThan(before + 2);
  expect(await started.stop()).toBe(0);
});

it("a log that can't be opened ends all, and is named", async () => {
  const started = start({ ...(await freePorts()), ANALYZE_LOG: dir });
  expect(await started.ended).toBe(1);
  expect(started.output()).toMatch(/client ended with code 2.*\n.*The log cannot be opened: EISDIR/);
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
