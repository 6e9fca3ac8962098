import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { queueLimits } from "../../contract/tasks.ts";
import { memoryOf } from "../../shared/queue/redis.ts";

const everyMs = 30_000;

/** Jobs that one step removes: each step blocks Redis' only thread. */
const stepSize = 500;

/** Steps of one sweep that make room: the next sweep goes on if they were not enough. */
const stepsForRoom = 20;

/** Above this part of Redis' memory the oldest completed jobs are removed early, to make room for new ones. */
const memoryShare = 0.4;

/** The retention that is guaranteed also then. */
const leastMs = 60_000;

async function removeOlder(
  queue: Pick<Queue, "clean">,
  state: "completed" | "failed",
  ms: number,
  steps = Infinity,
): Promise<void> {
  for (let left = steps; left > 0 && (await queue.clean(ms, stepSize, state)).length === stepSize;) left -= 1;
}

/** BullMQ trims its stream of events only by number, and events contain the messages of failed work. */
async function trimEvents(queue: Pick<Queue, "toKey">, client: Pick<Redis, "xtrim">): Promise<void> {
  await client.xtrim(queue.toKey("events"), "MINID", "=", Date.now() - queueLimits.completedSeconds * 1000);
}

async function isShort(client: Pick<Redis, "info">): Promise<boolean> {
  const { usedBytes, maxBytes } = await memoryOf(client);
  return maxBytes > 0 && usedBytes > maxBytes * memoryShare;
}

/**
 * Removes jobs after their retention, with their texts, and old events. BullMQ itself removes old jobs only when another
 * one ends. Several workers may do it at the same time.
 */
async function sweep(queue: Pick<Queue, "clean" | "toKey">, client: Pick<Redis, "info" | "xtrim">): Promise<void> {
  await removeOlder(queue, "failed", queueLimits.failedSeconds * 1000);
  await removeOlder(queue, "completed", queueLimits.completedSeconds * 1000);
  await trimEvents(queue, client);
  if (await isShort(client)) await removeOlder(queue, "completed", leastMs, stepsForRoom);
}

/** Sweeps when Redis is connected, and then every half minute. Returns the function that ends it. */
export function sweepEvery(
  queue: Pick<Queue, "clean" | "toKey">,
  client: Redis,
  onError: (error: Error) => void,
): () => void {
  let isRunning = false;
  const start = (): void => {
    if (isRunning || client.status !== "ready") return;
    isRunning = true;
    sweep(queue, client)
      .catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error))))
      .finally(() => (isRunning = false));
  };
  client.once("ready", start);
  const timer = setInterval(start, everyMs);
  return () => clearInterval(timer);
}
