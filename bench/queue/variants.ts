import { fileURLToPath } from "node:url";
import type { Redis } from "ioredis";
import type { Hop } from "../processes.ts";

/** A measured queue: its web, its worker, and how to read its results from Redis. */
export interface QueueVariant {
  readonly name: string;
  /** Fraction of the tasks that is enough for it. */
  readonly share: number;
  readonly web: Hop;
  readonly worker: Hop;
  /** How many tasks are done. */
  done(redis: Redis): Promise<number>;
  /** When a task was done, in milliseconds since 1970, and its result. */
  outcome(redis: Redis, id: string): Promise<{ at: number; result: string }>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const bundle = (name: string): Hop => ({
  command: process.execPath,
  args: () => [here(`../../dist/${name}/main.mjs`)],
});

/** The shipped bundles of `npm run build`. */
export const ours: QueueVariant = {
  name: "**ours**, as shipped, everything on",
  share: 1,
  web: { ...bundle("web"), env: { QUEUE_MAX_DEPTH: "1000000" } },
  worker: bundle("worker"),
  done: (redis) => redis.zcard("analyze:tasks:completed"),
  outcome: async (redis, id) => {
    const [at, effect] = await redis.hmget(`analyze:tasks:${id}`, "finishedOn", "effect");
    return { at: Number(at), result: JSON.parse(effect ?? "{}").processed_text };
  },
};

/** Flask and Celery with so many processes of its worker. `python`: the venv's bin folder. */
export function celery(python: string, concurrency: number): QueueVariant {
  const cwd = here("../peers/celery");
  const quiet = ["--without-gossip", "--without-mingle", "--loglevel=INFO"];
  return {
    name: `Flask + Celery, gunicorn, concurrency ${concurrency}`,
    share: 0.2,
    web: {
      command: `${python}/gunicorn`,
      args: (port) => ["--workers=2", "--threads=16", "--log-level=error", `--bind=127.0.0.1:${port}`, "web:app"],
      cwd,
    },
    worker: {
      command: `${python}/celery`,
      args: () => ["-A", "tasks", "worker", "-O", "fair", `--concurrency=${concurrency}`, ...quiet],
      cwd,
      listens: false,
    },
    done: (redis) => redis.dbsize(),
    outcome: async (redis, id) => {
      const { date_done: at, result } = JSON.parse((await redis.get(`celery-task-meta-${id}`)) ?? "{}");
      return { at: Date.parse(at), result };
    },
  };
}
