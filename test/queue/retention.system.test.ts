import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { accepted, queueLimits, task } from "@analyze/server/contract/tasks";
import { connectRedis } from "../../server/src/shared/queue/redis.ts";
import { createConsumer } from "../../server/src/worker/consumer.ts";
import { createService } from "../../server/src/shared/service.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis, type PrivateRedis } from "./redis.ts";
import { queueStackForTest, until, type QueueStack } from "./stack.ts";

type Client = ReturnType<typeof connectRedis>;

const secret = "Zimtstern";
const isIn = (state: string) => (body: unknown) => task.safeParse(body).data?.state === state;

/** Starts to consume, with this job instead of worker's. */
function consume({ url }: PrivateRedis, work?: () => Promise<object>): () => Promise<void> {
  const { logger } = createService("worker", "silent");
  const metrics = { done: () => undefined, failed: () => undefined, stalled: () => undefined };
  const consumer = createConsumer({
    redis: { url, password: undefined },
    concurrency: 1,
    logger,
    metrics,
    ...(work ? { work } : {}),
  });
  return () => consumer.drain();
}

async function addSecret(stack: QueueStack): Promise<string> {
  return accepted.parse(await (await stack.post("/api/add/kept", { text: secret })).json()).id;
}

/** The keys of Redis whose values contain the text, as sent or reversed. */
async function keysWithText(client: Client): Promise<string[]> {
  const found: string[] = [];
  for (const key of await client.keys("*")) {
    const type = await client.type(key);
    const value: unknown =
      type === "hash" ? await client.hgetall(key) : type === "stream" ? await client.xrange(key, "-", "+") : undefined;
    if (new RegExp(`${secret}|nretstmiZ`).test(JSON.stringify(value ?? null))) found.push(key);
  }
  return found;
}

/** Makes a job and all events as old as if it had ended so long ago. */
async function age(client: Client, id: string, list: "completed" | "failed", seconds: number): Promise<void> {
  const ended = Date.now() - seconds * 1000;
  await client.zadd(`analyze:tasks:${list}`, ended, id);
  await client.hset(`analyze:tasks:${id}`, { finishedOn: ended, timestamp: ended, processedOn: ended });
  const events = await client.xrange("analyze:tasks:events", "-", "+");
  await client.del("analyze:tasks:events");
  for (const [at, [, fields]] of events.entries()) {
    await client.xadd("analyze:tasks:events", `${ended}-${at + 1}`, ...fields);
  }
}

describeWith(["redis-server"], "after its retention", () => {
  it.each([
    ["completed", queueLimits.completedSeconds, undefined],
    // The message of a job's error may quote the text.
    ["failed", queueLimits.failedSeconds, () => Promise.reject(new Error(`cannot do ${secret}`))],
  ] as const)(
    "Redis has nothing of the text of a %s task, although no other task ends",
    async (state, seconds, work) => {
      const redis = await startRedis();
      onTestFinished(() => redis.remove());
      const client = connectRedis({ url: redis.url, password: undefined }, {});
      onTestFinished(() => client.disconnect());
      const stack = await queueStackForTest(redis.url);
      await stack.worker.stop();
      const id = await addSecret(stack);
      // One attempt is enough here: BullMQ's options of the job.
      await client.hset(`analyze:tasks:${id}`, "opts", JSON.stringify({ attempts: 1 }));
      const end = consume(redis, work);
      await until(stack, `/api/tasks/${id}`, isIn(state), 60_000);
      await end();
      expect(await keysWithText(client)).toContain(`analyze:tasks:${id}`);

      await age(client, id, state, seconds - 600);
      const keep = consume(redis);
      await wait(2_000);
      expect((await stack.get(`/api/tasks/${id}`)).status).toBe(200);
      await keep();
      await age(client, id, state, seconds + 1);
      const sweep = consume(redis);
      onTestFinished(sweep);
      await expect.poll(() => keysWithText(client), { timeout: 30_000 }).toEqual([]);
      expect((await stack.get(`/api/tasks/${id}`)).status).toBe(404);
    },
  );
});
