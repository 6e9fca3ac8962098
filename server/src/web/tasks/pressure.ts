import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { ProblemError } from "../../shared/answer.ts";
import type { Logger } from "../../shared/logger.ts";
import { memoryOf, type Memory } from "../../shared/queue/redis.ts";
import { unavailable } from "./failures.ts";

/** How full the queue and Redis' memory are. */
export interface Fill extends Memory {
  waiting: number;
  active: number;
  completed: number;
  failed: number;
}

interface PressureOptions {
  queue: Pick<Queue, "getJobCounts">;
  client: Pick<Redis, "info" | "config" | "on">;
  maxDepth: number;
  logger: Logger;
}

/** How long one reading is used. */
const freshMs = 250;

/** The part of Redis' memory up to which jobs are accepted: at its limit Redis could not drain the queue. */
const memoryShare = 0.5;

/** Memory of a job in Redis, and the maximum number of copies of its text: as received, and as its result. */
const jobBytes = { fixed: 1_500, perByte: 2 };

function full(detail: string): ProblemError {
  return new ProblemError("queue-full", detail, { headers: { "retry-after": "5" } });
}

/** Refuses new jobs before the queue or Redis' memory is too full. */
export class Pressure {
  readonly #options: PressureOptions;
  #reading: Promise<Fill> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #addedSince = { jobs: 0, bytes: 0 };

  constructor(options: PressureOptions) {
    this.#options = options;
    options.client.on("ready", () => void this.#checkServer());
  }

  /** Throws ProblemError 503 if there is no room for a job with a text of this length, or if Redis cannot be used. */
  async admit(textLength: number): Promise<void> {
    let fill: Fill;
    try {
      fill = await this.read();
    } catch (error) {
      throw unavailable(error);
    }
    const { maxDepth } = this.#options;
    const added = this.#addedSince;
    added.jobs += 1;
    added.bytes += jobBytes.fixed + jobBytes.perByte * textLength;
    if (fill.waiting + fill.active + added.jobs > maxDepth) throw full(`${maxDepth} tasks are waiting already.`);
    if (fill.maxBytes > 0 && fill.usedBytes + added.bytes > fill.maxBytes * memoryShare) {
      throw full("Half of the memory of Redis is in use.");
    }
  }

  /** The fill level, at most a quarter of a second old. Rejects if Redis cannot be used. */
  read(): Promise<Fill> {
    const now = performance.now();
    if (this.#reading && now - this.#readAt < freshMs) return this.#reading;
    this.#readAt = now;
    const reading = this.#fetch();
    this.#reading = reading;
    // A refusal while Redis was down must not outlast its return.
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    return reading;
  }

  async #fetch(): Promise<Fill> {
    const { queue, client } = this.#options;
    const [counts, memory] = await Promise.all([
      queue.getJobCounts("wait", "delayed", "prioritized", "active", "completed", "failed"),
      memoryOf(client),
    ]);
    this.#addedSince = { jobs: 0, bytes: 0 };
    const { wait = 0, delayed = 0, prioritized = 0, active = 0, completed = 0, failed = 0 } = counts;
    return {
      waiting: wait + delayed + prioritized,
      active,
      completed,
      failed,
      ...memory,
    };
  }

  /** Logs settings of Redis that break a guarantee of this service. Managed services refuse CONFIG, which is no fault. */
  async #checkServer(): Promise<void> {
    const { client, logger } = this.#options;
    try {
      const server = await client.info("server");
      const version = /^(?:valkey_version|redis_version):([\d.]+)/m.exec(server)?.[1] ?? "0";
      const [major = 0, minor = 0] = version.split(".").map(Number);
      if (major < 6 || (major === 6 && minor < 2)) logger.warn({ version }, "redis is older than 6.2");
      const [, appendOnly] = await configOf(client, "appendonly");
      const [, fsync] = await configOf(client, "appendfsync");
      const [, policy] = await configOf(client, "maxmemory-policy");
      if (appendOnly !== "yes" || fsync !== "always") {
        logger.warn(
          "redis does not sync each write (appendonly yes, appendfsync always): a crash can lose accepted tasks",
        );
      }
      if (policy !== undefined && policy !== "noeviction") logger.warn({ policy }, "redis evicts keys: set noeviction");
    } catch {
      // It is down again, or a managed service: the next "ready" checks again.
    }
  }
}

async function configOf(client: Pick<Redis, "config">, name: string): Promise<string[]> {
  const reply: unknown = await client.config("GET", name);
  return Array.isArray(reply) ? reply.map(String) : [];
}
