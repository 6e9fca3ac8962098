import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startProgram, type Program } from "../../../test/support/program.ts";
import { listening } from "../../testing/listening.ts";

const started: Program[] = [];

afterEach(async () => {
  for (const program of started.splice(0)) await program.stop("SIGKILL");
});

function start(env: Record<string, string>): Program {
  const program = startProgram(process.execPath, ["server/src/worker/main.ts"], {
    env: { HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0", ...env },
  });
  started.push(program);
  return program;
}

async function ports(program: Program): Promise<{ port: number; metricsPort: number }> {
  await program.waitFor(/"msg":"listening"/);
  return JSON.parse(program.output().split("\n")[0] ?? "");
}

test("its first line says where it listens, even when only errors are to be logged", async () => {
  const { port, metricsPort } = await ports(start({ LOG_LEVEL: "error" }));
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toMatch(/^build_info\{version="/m);
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
});

test("on SIGTERM it drains and ends with 0, and every line is written", async () => {
  const program = start({ DRAIN_DELAY_MS: "0" });
  const { port } = await ports(program);
  await (await fetch(`http://127.0.0.1:${port}/none`, { headers: { "x-request-id": "last-one" } })).text();
  expect(await program.stop("SIGTERM")).toBe(0);
  const lines = program.output().trim().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { msg: "listening" },
    { msg: "request", requestId: "last-one", method: "GET", route: "unmatched", status: 404, problem: "not-found" },
    { msg: "draining", signal: "SIGTERM" },
    { msg: "stopped" },
  ]);
});

test("a second signal ends it at once, with 1", async () => {
  const program = start({ DRAIN_DELAY_MS: "600000" });
  await ports(program);
  program.child.kill("SIGTERM");
  await program.waitFor(/"msg":"draining"/);
  expect(await program.stop("SIGINT")).toBe(1);
});

test("a request that outlives the limit is given up, with 1", async () => {
  const program = start({ DRAIN_DELAY_MS: "600000", SHUTDOWN_LIMIT_MS: "50" });
  await ports(program);
  expect(await program.stop("SIGTERM")).toBe(1);
});

test("a port that is taken is told with the variable to set, and it ends with 2", async () => {
  const taken = createServer();
  const port = await listening(taken);
  const program = start({ PORT: String(port) });
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain(`PORT=${port} cannot be listened on`);
  taken.close();
  await once(taken, "close");
});

test("invalid settings are reported one per line, and the program ends with 2", async () => {
  const program = start({ PORT: "x", LOG_LEVEL: "loud" });
  expect(await program.ended).toBe(2);
  const [heading, ...faults] = program.output().trim().split("\n");
  expect([heading, faults.length]).toEqual(["Invalid settings:", 2]);
});
