import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, expect, it } from "vitest";
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

it("its first line says where it listens, even if only errors are logged", async () => {
  const { port, metricsPort } = await ports(start({ LOG_LEVEL: "error" }));
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()).toMatch(
    /^analyze_build_info\{version="/m,
  );
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
});

it("keeps a scraper's connection for more than a minute", async () => {
  const { metricsPort } = await ports(start({}));
  const { headers } = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  expect(headers.get("keep-alive")).toBe("timeout=65");
});

it("on SIGTERM it drains, writes every line and exits with 0", async () => {
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

it("a second signal ends it at once with 1", async () => {
  const program = start({ DRAIN_DELAY_MS: "500000", SHUTDOWN_LIMIT_MS: "600000" });
  await ports(program);
  program.child.kill("SIGTERM");
  await program.waitFor(/"msg":"draining"/);
  expect(await program.stop("SIGINT")).toBe(1);
});

it("a request beyond the limit is aborted, with exit code 1", async () => {
  const program = start({ DRAIN_DELAY_MS: "0", SHUTDOWN_LIMIT_MS: "1000" });
  const { port } = await ports(program);
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write("POST /process HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n");
  socket.write('Expect: 100-continue\r\nContent-Length: 9\r\n\r\n{"');
  await once(socket, "data");
  expect(await program.stop("SIGTERM")).toBe(1);
  expect(program.output()).toMatch(/"inFlight":1,"msg":"shutdown limit reached/);
});

it("a port in use is named with the variable to set, and it exits with 2", async () => {
  const taken = createServer();
  const port = await listening(taken);
  const program = start({ PORT: String(port) });
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain(`PORT=${port} cannot be listened on`);
  taken.close();
  await once(taken, "close");
});

it("a HOST that is not this machine's is named, but not the port", async () => {
  const program = start({ HOST: "192.0.2.7" });
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain('HOST="192.0.2.7" is not an address of this machine (EADDRNOTAVAIL); set HOST');
  expect(program.output()).not.toContain("METRICS_PORT");
});

it("invalid settings are reported one per line, and the program exits with 2", async () => {
  const program = start({ PORT: "x", LOG_LEVEL: "loud" });
  expect(await program.ended).toBe(2);
  const [heading, ...faults] = program.output().trim().split("\n");
  expect([heading, faults.length]).toEqual(["Invalid settings:", 2]);
});
