import { expect, it, onTestFinished } from "vitest";
import { accepted, task } from "@analyze/server/contract/tasks";
import { createConsumer, type Consumer } from "../../server/src/worker/consumer.ts";
import { createService } from "../../server/src/shared/service.ts";
import { startProgram } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis, type PrivateRedis } from "./redis.ts";
import { queueStackForTest, until, type QueueStack } from "./stack.ts";

const metrics = { done: () => undefined, failed: () => undefined, stalled: () => undefined };

async function redisForTest(): Promise<PrivateRedis> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  return redis;
}

/** A consumer with this job. */
function consumerOf({ url }: PrivateRedis, work: (id: string) => Promise<object>): Consumer {
  const { logger } = createService("worker", "silent");
  const redis = { url, password: undefined };
  return createConsumer({ redis, concurrency: 1, logger, metrics, work: (_, id) => work(id) });
}

/** A stack without its worker, and a consumer with this job in its place. */
async function stackWith(redis: PrivateRedis, work: (id: string) => Promise<object>): Promise<QueueStack> {
  const stack = await queueStackForTest(redis.url);
  await stack.worker.stop();
  const consumer = consumerOf(redis, work);
  onTestFinished(() => consumer.drain());
  return stack;
}

async function add(stack: QueueStack): Promise<string> {
  return accepted.parse(await (await stack.post("/api/add/ruled", { text: "secret-text" })).json()).id;
}

const isIn = (state: string) => (body: unknown) => task.safeParse(body).data?.state === state;

/** The output of `npm run tasks`. */
async function tasks(redis: PrivateRedis, ...args: string[]): Promise<[string, number | null]> {
  const env = { ...process.env, REDIS_URL: redis.url };
  const program = startProgram(process.execPath, ["server/src/admin/main.ts", ...args], { env });
  const code = await program.ended;
  return [program.output(), code];
}

describeWith(["redis-server"], "a task that fails", () => {
  it("runs five times, with growing pauses, and is then a dead letter that can be listed and retried", async () => {
    const redis = await redisForTest();
    const starts: [id: string, at: number][] = [];
    let isBroken = true;
    const stack = await stackWith(redis, async (one) => {
      starts.push([one, performance.now()]);
      if (isBroken) throw new Error("the work quotes secret-text");
      return { processed_text: "done" };
    });
    const id = await add(stack);
    const other = await add(stack);
    await until(stack, `/api/tasks/${other}`, isIn("failed"), 60_000);
    const failed = await until(stack, `/api/tasks/${id}`, isIn("failed"), 60_000);
    expect(failed).toMatchObject({ attempts: 5, error: expect.stringContaining("kept for a person") });
    const own = starts.flatMap(([one, at]) => (one === id ? [at] : []));
    const pauses = own.slice(1).map((start, index) => start - (own[index] ?? 0));
    expect(pauses.map((pause, index) => pause >= 500 * 2 ** index)).toEqual([true, true, true, true]);

    const [listed] = await tasks(redis, "list", "--count", "2");
    expect(listed.split("\n").map((line) => line.slice(0, 25))).toEqual([`${other}  `, `${id}  `, ""]);
    expect((await tasks(redis, "list", "--count", "1"))[0].split("\n")).toHaveLength(2);
    const [shown] = await tasks(redis, "show", id);
    expect(JSON.parse(shown)).toMatchObject({ id, state: "failed", task: "ruled", textBytes: 11 });
    isBroken = false;
    expect(await tasks(redis, "retry", id)).toEqual(["Retried 1.\n", 0]);
    await until(stack, `/api/tasks/${id}`, isIn("completed"));
    // A job that cannot be retried does not block the others.
    const [said, code] = await tasks(redis, "retry", id, other);
    expect([said.split("\n").toSorted(), code]).toEqual([
      ["", "Retried 1.", `${id} is completed: only a failed task can be retried`],
      2,
    ]);
    await until(stack, `/api/tasks/${other}`, isIn("completed"));
    expect(await tasks(redis, "drop", id)).toEqual(["Dropped 1.\n", 0]);
    expect((await stack.get(`/api/tasks/${id}`)).status).toBe(404);
    expect((await tasks(redis, "show", id))[1]).toBe(2);
  });
});

describeWith(["redis-server"], "a task whose worker is killed", () => {
  it("three times still completes; its attempts are not used up", { timeout: 150_000 }, async () => {
    const redis = await redisForTest();
    const stack = await queueStackForTest(redis.url);
    await stack.worker.stop();
    const id = await add(stack);
    // Marks the job as started, with a lost worker, this many times.
    for (let crash = 1; crash <= 3; crash++) {
      const program = startProgram(process.execPath, ["test/queue/hanging/main.ts"], {
        env: { ...process.env, REDIS_URL: redis.url },
      });
      await program.waitFor(new RegExp(`started ${id}`), 60_000);
      await program.stop("SIGKILL");
    }
    const consumer = consumerOf(redis, async () => ({}));
    onTestFinished(() => consumer.drain());
    const done = task.parse(await until(stack, `/api/tasks/${id}`, isIn("completed"), 60_000));
    expect(done.attempts).toBe(4);
  });
});

describeWith(["redis-server"], "a task that kills each worker", () => {
  it("is not started an eleventh time, and can be retried", { timeout: 120_000 }, async () => {
    const redis = await redisForTest();
    const stack = await queueStackForTest(redis.url);
    await stack.worker.stop();
    const id = await add(stack);
    // BullMQ's count of starts: the ten take two minutes.
    await redis.command("HSET", `analyze:tasks:${id}`, "ats", "9");
    const hanging = startProgram(process.execPath, ["test/queue/hanging/main.ts"], {
      env: { ...process.env, REDIS_URL: redis.url },
    });
    await hanging.waitFor(new RegExp(`started ${id}`), 60_000);
    await hanging.stop("SIGKILL");
    const started: string[] = [];
    const consumer = consumerOf(redis, async (one) => {
      started.push(one);
      return { processed_text: "done" };
    });
    onTestFinished(() => consumer.drain());
    await until(stack, `/api/tasks/${id}`, isIn("failed"), 60_000);
    expect(started).toEqual([]);
    expect(await tasks(redis, "retry", id)).toEqual(["Retried 1.\n", 0]);
    await until(stack, `/api/tasks/${id}`, isIn("completed"), 60_000);
    expect(started).toEqual([id]);
  });
});

it("without REDIS_URL, the command says what to set", async () => {
  const { REDIS_URL: _, ...env } = process.env;
  const program = startProgram(process.execPath, ["server/src/admin/main.ts", "list"], { env });
  expect(await program.ended).toBe(2);
  expect(program.output()).toBe("REDIS_URL is not set: name the Redis of web and worker\n");
});
