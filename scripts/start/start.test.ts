import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clockIsMoved } from "../../test/support/clock.ts";
import { type Program, startProgram } from "../../test/support/program.ts";

const main = join(import.meta.dirname, "main.ts");
const variables = [
  "START_PORT",
  "START_WORKER_PORT",
  "START_METRICS_PORT",
  "START_WORKER_METRICS_PORT",
  "START_PAGE_PORT",
];
let dir: string;
let programs: Program[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "start-"));
  programs = [];
});
afterEach(async () => {
  for (const program of programs) await program.stop();
  rmSync(dir, { recursive: true });
});

async function listening(wanted = 0): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await once(server.listen(wanted, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, port: address.port };
}

/** Ports that were just free. */
async function freePorts(): Promise<Record<string, string>> {
  const held = await Promise.all(variables.map(async () => listening()));
  await Promise.all(held.map(async ({ server }) => once(server.close(), "close")));
  return Object.fromEntries(held.map(({ port }, index) => [variables[index], String(port)]));
}

function logText(): string {
  return readFileSync(join(dir, "analyze.log"), "utf8");
}

function goodLines(): number {
  return logText().match(/ ok /g)?.length ?? 0;
}

function start(env: Record<string, string>, ...args: string[]): Program {
  const program = startProgram(process.execPath, [main, ...args], { cwd: dir, env: { ...process.env, ...env } });
  programs.push(program);
  return program;
}

it("all processes start, the client's first line is ok, in the log and on the page, and SIGTERM drains all", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok +\S+ +200 /m);
  const [, page = ""] = await started.waitFor(/^ +page +(http:\S+) /m);
  const answering = async (): Promise<string> => fetch(page).then((answer) => answer.text());
  await expect.poll(answering, { timeout: 20_000 }).toMatch(/<li data-kind="ok">\S+Z ok +app +200 /);
  expect(await started.stop()).toBe(0);
  expect(readFileSync(join(dir, "analyze.log"), "utf8")).toMatch(/^\S+Z ok +\S+ +200 /m);
  expect(existsSync(join(dir, "certs/issued/ca.crt"))).toBe(true);
});

it("afterwards, each command of the client finds edge, CA and log without settings", async () => {
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
    [["doctor"], /✓ client .*writes this log/],
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
  expect(stdout + stderr).toMatch(/^There is no log at .*another\.log/m);
  expect(await started.stop()).toBe(0);
}, 90_000);

it("when its reader closes the pipe, it continues, and stops all on SIGTERM", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok +\S+ +200 /m);
  started.child.stdout?.destroy();
  const before = goodLines();
  await expect.poll(goodLines, { timeout: 20_000 }).toBeGreaterThan(before + 2);
  expect(await started.stop()).toBe(0);
});

it("a log that cannot be opened is named, and nothing is started", async () => {
  const started = start({ ...(await freePorts()), ANALYZE_LOG: dir });
  expect(await started.ended).toBe(1);
  expect(started.output()).toMatch(/^The log cannot be opened: EISDIR/m);
  expect(existsSync(join(dir, "logs"))).toBe(false);
});

it("lines of the log that are lost at its end are counted, and the exit code shows it", async () => {
  const log = join(dir, "folder", "analyze.log");
  mkdirSync(dirname(log));
  const started = start({ ...(await freePorts()), ANALYZE_LOG: log }, "--every", "1s");
  await started.waitFor(/^\S+Z ok /m);
  renameSync(dirname(log), join(dir, "away"));
  await started.waitFor(/lines? waits? in memory: .*ENOENT/);
  expect(await started.stop()).toBe(1);
  expect(started.output()).toMatch(/^analyze: \d+ lines? (is|are) lost .*folder\/analyze\.log$/m);
  expect(started.output()).toMatch(
    /^client ended with code 1 and did not drain\. Its messages are above, and in logs\/client\.log$/m,
  );
});

it.each(["SIGTERM", "SIGINT"] as const)("with --watch, %s drains all and ends with code 0", async (signal) => {
  const started = start(await freePorts(), "--every", "1s", "--watch");
  await started.waitFor(/^\S+Z ok /m);
  expect(await started.stop(signal)).toBe(0);
  expect(logText()).toMatch(/Z stop .*\n$/);
});

it("when one part dies the others are stopped, and the exit code shows it", async () => {
  const started = start(await freePorts());
  const [, pid] = await started.waitFor(/^ +worker +.*pid (\d+)/m);
  await started.waitFor(/^\S+Z ok /m);
  process.kill(Number(pid), "SIGKILL");
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain("worker was ended by SIGKILL, so the rest is ended too");
});

it("names a port in use with its variable, and starts nothing", async () => {
  const { server, port } = await listening();
  const started = start({ ...(await freePorts()), START_PORT: String(port) });
  expect(await started.ended).toBe(1);
  server.close();
  expect(started.output()).toContain(
    `port ${port} is taken by another program: choose another one, for example START_PORT=`,
  );
  expect(existsSync(join(dir, "logs"))).toBe(false);
});

it.each([
  ["ANALYZE_SCHEDULE", "never"],
  ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
])("%s=%s, which the client rejects, is named before anything starts", async (name, value) => {
  const started = start({ ...(await freePorts()), [name]: value });
  expect(await started.ended).toBe(1);
  expect(started.output()).toMatch(new RegExp(`^Invalid settings:\\n.*${name}=`, "m"));
  expect(existsSync(join(dir, "logs"))).toBe(false);
});

it("shows the client's messages among its lines, and keeps them in logs/client.log", async () => {
  const started = start(await freePorts(), "--every", "1s");
  await started.waitFor(/^\S+Z ok /m);
  rmSync(join(dir, "certs/issued/ca.crt"));
  const [message] = await started.waitFor(/^analyze: .*ca\.crt.*$/m);
  await expect.poll(() => readFileSync(join(dir, "logs/client.log"), "utf8")).toContain(message);
  expect(await started.stop()).toBe(0);
});

it("names a start that is already running, and after kill -9 its remaining processes", async () => {
  const ports = await freePorts();
  const first = start(ports, "--every", "1s");
  await first.waitFor(/^\S+Z ok /m);
  const second = start(ports);
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe(
    `npm start (pid ${first.child.pid}) is running in this folder already. End it with Ctrl-C, or: kill ${first.child.pid}\n`,
  );
  await first.stop("SIGKILL");
  const third = start(ports);
  expect(await third.ended).toBe(1);
  const left = (/end them: kill ([\d ]+)\n/i.exec(third.output())?.[1] ?? "").split(" ");
  // Redis too, where this machine has it.
  expect(third.output()).toMatch(
    /^Processes of an earlier npm start still run: (?:redis .*, )?worker .*, web .*, client /,
  );
  for (const pid of left) process.kill(Number(pid));
  expect(left.length).toBeGreaterThanOrEqual(3);
  await expect.poll(logText, { timeout: 20_000 }).toMatch(/Z stop .*\n$/);
  for (const port of Object.values(ports)) {
    const { server } = await vi.waitFor(async () => listening(Number(port)), { timeout: 20_000 });
    server.close();
  }
}, 60_000);

it("a second start on the same log keeps the settings of the first", async () => {
  const first = start(await freePorts(), "--every", "1s");
  await first.waitFor(/^\S+Z ok /m);
  const settings = readFileSync(join(dir, "logs/analyze.env"), "utf8");
  const second = start(await freePorts());
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain("already has a client");
  expect(readFileSync(join(dir, "logs/analyze.env"), "utf8")).toBe(settings);
  expect(await first.stop()).toBe(0);
});

it.each(["logs", "logs/web.log/x", "logs/analyze.env/x"])(
  "%s, a file or folder in the way, is named, without a stack",
  async (path) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), "");
    const started = start(await freePorts());
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(/^logs\/\S+ cannot be written: .*\nnpm start needs logs as a folder/m);
    expect(started.output()).not.toMatch(/^ {4}at /m);
  },
);
