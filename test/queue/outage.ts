import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { accepted, task } from "@analyze/server/contract/tasks";
import { problem } from "@analyze/server/contract/wire";
import { privateRedis, type PrivateRedis } from "./redis.ts";
import { queueStackForTest, until, type QueueStack } from "./stack.ts";

export const isCompleted = (body: unknown): boolean => task.safeParse(body).data?.state === "completed";

/** A Redis that is not started yet, until the end of the test. */
export function redisForTest(settings?: string[]): PrivateRedis {
  const redis = privateRedis("redis-server", settings);
  onTestFinished(() => redis.remove());
  return redis;
}

/** Retries until a task is accepted and completed. Resolves with the duration in milliseconds. */
export async function untilWorks(stack: QueueStack): Promise<number> {
  const began = performance.now();
  for (;;) {
    const response = await stack.post("/api/add/after");
    if (response.status === 202) {
      const { id } = accepted.parse(await response.json());
      await until(stack, `/api/tasks/${id}`, isCompleted);
      return performance.now() - began;
    }
    await response.body?.cancel();
    if (performance.now() - began > 20_000) throw new Error(`still ${response.status} after 20 s`);
    await wait(100);
  }
}

/** The lines that web and worker wrote about Redis. */
function complaints({ web, worker }: QueueStack): number {
  return (web.output() + worker.output()).split("\n").filter((line) => line.includes('"msg":"redis"')).length;
}

/**
 * Kills Redis for this long while a caller adds tasks, and expects 503 in less than a second. Resolves with the
 * milliseconds from its return to the first completed task.
 */
export async function recoveryMs(seconds: number): Promise<number> {
  const redis = redisForTest();
  await redis.start();
  const stack = await queueStackForTest(redis.url);
  expect((await stack.post("/api/add/before")).status).toBe(202);
  redis.signal("SIGKILL");
  await redis.program.ended;
  const end = performance.now() + seconds * 1000;
  let slowest = 0;
  do {
    const began = performance.now();
    const response = await stack.post("/api/add/during");
    slowest = Math.max(slowest, performance.now() - began);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(problem.parse(await response.json()).type).toBe("urn:analyze:problem:dependency-unavailable");
    await wait(100);
  } while (performance.now() < end);
  expect(slowest).toBeLessThan(1_000);
  expect((await stack.post("/analyze", { text: "a" })).status).toBe(200);
  expect((await stack.get("/readyz")).status).toBe(200);
  await redis.start();
  const recovery = await untilWorks(stack);
  // A changed error at once, else a line each ten seconds for each of four connections.
  expect(complaints(stack)).toBeLessThan(48 + 4 * (seconds / 10));
  return recovery;
}
