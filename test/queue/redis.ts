import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startProgram, type Program } from "../support/program.ts";

export const redisServers = ["redis-server", "valkey-server"] as const;
export type RedisServer = (typeof redisServers)[number];

/** A private Redis on a Unix socket, with its data in a separate folder. */
export interface PrivateRedis {
  /** Value for REDIS_URL. */
  readonly url: string;
  readonly folder: string;
  /** The running server's process. */
  readonly program: Program;
  /** Starts it with the data of the last run. Resolves when it answers. */
  start(): Promise<void>;
  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT. Resolves at once. */
  signal(name: NodeJS.Signals): void;
  /** Sends one command and resolves with the raw reply. */
  command(...parts: string[]): Promise<string>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Sends one command on a new connection. */
async function ask(path: string, parts: string[]): Promise<string> {
  const socket = createConnection(path);
  socket.write(`*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`);
  try {
    const [reply]: Buffer[] = await once(socket, "data", { signal: AbortSignal.timeout(2_000) });
    return String(reply);
  } finally {
    socket.destroy();
  }
}

async function untilAnswers(path: string): Promise<void> {
  for (let left = 400; ; left--) {
    const reply = await ask(path, ["PING"]).catch(() => "");
    // An error reply, such as for a missing password, is also an answer; only LOADING is not.
    if (reply !== "" && !reply.startsWith("-LOADING")) return;
    if (left === 0) throw new Error("Redis does not answer");
    await wait(25);
  }
}

/** Settings of a Redis for accepted tasks. */
const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"];

/** A Redis that is not started yet, with the settings of {@link durable} and these. */
export function privateRedis(server: RedisServer = "redis-server", settings: string[] = []): PrivateRedis {
  const folder = mkdtempSync(join(tmpdir(), "analyze-redis-"));
  const path = join(folder, "redis.sock");
  let program: Program | undefined;
  const running = (): Program => {
    if (!program) throw new Error("Redis was not started");
    return program;
  };
  return {
    url: path,
    folder,
    get program() {
      return running();
    },
    start: async () => {
      await program?.ended;
      rmSync(path, { force: true });
      program = startProgram(server, ["--port", "0", "--unixsocket", path, "--dir", folder, ...durable, ...settings]);
      await untilAnswers(path);
    },
    signal: (name) => void running().child.kill(name),
    command: (...parts) => ask(path, parts),
    remove: async () => {
      program?.child.kill("SIGCONT");
      await program?.stop("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A running private Redis. */
export async function startRedis(server?: RedisServer, settings?: string[]): Promise<PrivateRedis> {
  const redis = privateRedis(server, settings);
  await redis.start();
  return redis;
}
