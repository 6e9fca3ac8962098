import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startProgram, type Program } from "../support/program.ts";

export const redisServers = ["redis-server", "valkey-server"] as const;
export type RedisServer = (typeof redisServers)[number];

/** A private Redis on a Unix socket, with its data in a folder of its own. */
export interface PrivateRedis {
  /** What to set REDIS_URL to. */
  readonly url: string;
  readonly folder: string;
  /** The running server's process. */
  readonly program: Program;
  /** Starts it, on the data that the last one left; resolves when it answers. */
  start(): Promise<void>;
  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT. Resolves at once. */
  signal(name: NodeJS.Signals): void;
  /** Sends one command and resolves with the reply as it came. */
  command(...parts: string[]): Promise<string>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Sends one command on a connection of its own. */
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
    // An error reply is an answer too, where a password is needed; only loading is not.
    if (reply !== "" && !reply.startsWith("-LOADING")) return;
    if (left === 0) throw new Error("Redis does not answer");
    await wait(25);
  }
}

/** What a Redis for accepted tasks is run with. */
const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"];

/** A Redis that is not running yet, with the settings of {@link durable} and these. */
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

/** A private Redis, running. */
export async function startRedis(server?: RedisServer, settings?: string[]): Promise<PrivateRedis> {
  const redis = privateRedis(server, settings);
  await redis.start();
  return redis;
}
