import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** How to start one hop of a variant. PORT, HOP and the settings of its role are added to `env`. */
export interface Hop {
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** False: it opens no port, such as Celery's worker. */
  readonly listens?: boolean;
}

/** A hop, running. */
export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
}

/** Both hops of a variant, running. */
export interface Pair {
  readonly web: ChildProcess;
  readonly worker: ChildProcess;
  readonly url: string;
  readonly workerUrl: string;
  /** User and system time of both hops and all their children, in microseconds. */
  cpuMicros(): number;
  stop(): Promise<void>;
}

/** Ticks per second in /proc/PID/stat on Linux, whatever the kernel was built with. */
const ticksPerSecond = 100;

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  await once(server.close(), "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}

function processesOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => processesOf(Number(child)))];
}

function ticksOf(pid: number): number {
  // The name of the program, in brackets, may hold spaces; the fields after it do not.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  for (const last = Date.now() + 20_000; Date.now() < last; await wait(20)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(" ")} ended with ${child.exitCode}`);
    const socket = connect({ host: "127.0.0.1", port });
    const connected = await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => undefined);
    socket.destroy();
    if (connected?.length === 0) return;
  }
  throw new Error(`${child.spawnargs.join(" ")} did not listen within 20 s`);
}

/** Starts a hop on a free loopback port and resolves when it listens. */
export async function startHop(name: string, hop: Hop, env: Readonly<Record<string, string>>): Promise<Running> {
  const port = await freePort();
  const metricsPort = await freePort();
  const child = spawn(hop.command, hop.args(port), {
    cwd: hop.cwd,
    // Log lines are written, and discarded by the kernel.
    stdio: ["ignore", "ignore", process.env["BENCH_DEBUG"] ? "inherit" : "ignore", "ipc"],
    env: {
      ...process.env,
      ...hop.env,
      NODE_ENV: "production",
      HOP: name,
      HOST: "127.0.0.1",
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      ...env,
    },
  });
  running.add(child);
  const url = `http://127.0.0.1:${port}`;
  if (hop.listens !== false) await untilItListens(child, port);
  return { child, port, url };
}

const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach(killTree));

/** The whole tree: gunicorn's workers outlive a master that is killed. */
function killTree(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  for (const pid of processesOf(child.pid).reverse()) process.kill(pid, "SIGKILL");
}

/** User and system time of these processes and all their children, in microseconds. */
export function cpuMicrosOf(children: readonly ChildProcess[]): number {
  const pids = children.flatMap(({ pid }) => pid ?? []);
  const ticks = pids.flatMap(processesOf).map(ticksOf);
  return (ticks.reduce((sum, each) => sum + each, 0) * 1e6) / ticksPerSecond;
}

/** Kills a process and its children; resolves when it has ended. */
export async function endTree(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  killTree(child);
  await ended;
}

/** Starts worker and web on free loopback ports and resolves when both answer. */
export async function startPair(web: Hop, worker: Hop): Promise<Pair> {
  const second = await startHop("worker", worker, { WORKER_URL: "http://127.0.0.1:1" });
  const first = await startHop("web", web, { WORKER_URL: second.url }).catch(async (error: unknown) => {
    await endTree(second.child);
    throw error;
  });
  const children = [first.child, second.child];
  return {
    web: first.child,
    worker: second.child,
    url: `${first.url}/analyze`,
    workerUrl: `${second.url}/process`,
    cpuMicros: () => cpuMicrosOf(children),
    stop: async () => {
      await Promise.all(children.map(endTree));
    },
  };
}
