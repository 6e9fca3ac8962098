import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { cpuMicrosOf, endTree, startHop, type Hop, type Running } from "../processes.ts";
import type { QueueVariant } from "./variants.ts";

/** Processor time in microseconds. */
export interface Cpu {
  readonly web: number;
  readonly worker: number;
  readonly redis: number;
}

/** A running queue with a private Redis. */
export interface QueueStack {
  readonly url: string;
  readonly web: Running;
  readonly worker: Running;
  readonly redis: Redis;
  cpu(): Cpu;
  stop(): Promise<void>;
}

const server = (folder: string, fsync: string): Hop => {
  const settings = {
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "yes",
    appendfsync: fsync,
    "maxmemory-policy": "noeviction",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return { command: "redis-server", args: (port) => ["--port", String(port), ...args] };
};

/** Starts Redis, worker and web. `fsync`: Redis' appendfsync, which decides how durable an accepted task is. */
export async function startQueueStack({ web, worker }: QueueVariant, fsync: string): Promise<QueueStack> {
  const folder = mkdtempSync(join(tmpdir(), "bench-redis-"));
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    for (const { child } of running.toReversed()) await endTree(child);
    rmSync(folder, { recursive: true });
  };
  const start = async (name: string, hop: Hop, env: Record<string, string>): Promise<Running> => {
    const started = await startHop(name, hop, env);
    running.push(started);
    return started;
  };
  try {
    const redis = await start("redis", server(folder, fsync), {});
    const env = { REDIS_URL: `redis://127.0.0.1:${redis.port}/0`, WORKER_URL: "http://127.0.0.1:1" };
    const second = await start("worker", worker, env);
    const first = await start("web", web, env);
    const client = new Redis(redis.port, "127.0.0.1");
    return {
      url: first.url,
      web: first,
      worker: second,
      redis: client,
      cpu: () => ({
        web: cpuMicrosOf([first.child]),
        worker: cpuMicrosOf([second.child]),
        redis: cpuMicrosOf([redis.child]),
      }),
      stop: async () => {
        client.disconnect();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when this many tasks are done; throws if none completes for half a minute. */
export async function untilDone({ done }: QueueVariant, redis: Redis, count: number): Promise<void> {
  let last = -1;
  let at = performance.now();
  for (let now = await done(redis); now < count; now = await done(redis)) {
    if (now > last) [last, at] = [now, performance.now()];
    if (performance.now() - at > 30_000) throw new Error(`only ${now} of ${count} tasks were done`);
    await wait(100);
  }
}
