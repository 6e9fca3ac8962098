import { Queue } from "bullmq";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startRedis, type PrivateRedis } from "../../../../test/queue/redis.ts";
import { describeWith } from "../../../../test/support/requirements.ts";
import { effectField, jobKey, queueName, type JobData } from "../../shared/queue/job.ts";
import { connectRedis } from "../../shared/queue/redis.ts";
import { JobReader } from "./job-reader.ts";

describeWith(["redis-server"], "jobs are read from the queue", () => {
  let redis: PrivateRedis;
  let client: ReturnType<typeof connectRedis>;
  let queue: Queue<JobData>;
  let reader: JobReader;

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, password: undefined }, { maxRetriesPerRequest: null });
    queue = new Queue<JobData>(queueName.name, { prefix: queueName.prefix, connection: client });
    reader = new JobReader(queue, client);
  });
  afterAll(async () => {
    await queue.close();
    client.disconnect();
    await redis.remove();
  });
  beforeEach(() => client.flushall());

  const data: JobData = { kind: "task", task: "echo", text: "Ада 👩‍👧", requestId: "r", owner: "mara", fingerprint: "f" };

  async function add(
    id: string,
    options: { delay?: number; priority?: number; timestamp?: number } = {},
  ): Promise<void> {
    await queue.add("echo", data, { jobId: id, ...options });
  }

  it("with its data, its state and its result", async () => {
    await add("t1", { timestamp: 1_795_252_955_000 });
    expect(await reader.find("t1")).toEqual({
      id: "t1",
      data,
      state: "waiting",
      created: 1_795_252_955_000,
      started: undefined,
      finished: undefined,
      attempts: 0,
      effect: undefined,
    });
    await client.hset(jobKey("t1"), effectField, '{"processed_text":""}');
    expect(await reader.find("t1")).toMatchObject({ effect: '{"processed_text":""}' });
  });

  it.each(["t2", "", "meta", "*", "t1:x", "\u0000", "👩‍👧"])("%j is no job", async (id) => {
    await add("t1");
    expect(await reader.find(id)).toBeUndefined();
  });

  it("but not a job of another program in the same queue", async () => {
    await client.hset(jobKey("t3"), { data: '{"task":"rm"}', name: "x", timestamp: "1" });
    await client.lpush(`${queueName.prefix}:${queueName.name}:wait`, "t3");
    expect(await reader.find("t3")).toBeUndefined();
    expect(await reader.list("waiting", 0, 10)).toEqual({ jobs: [], end: 1, more: false });
  });

  it("page by page, each once, over all lists that make up a state", async () => {
    for (const id of ["w1", "w2", "w3"]) await add(id);
    for (const id of ["d1", "d2"]) await add(id, { delay: 3_600_000 });
    await add("p1", { priority: 1 });
    for (const size of [1, 2, 3, 5, 6, 25]) {
      const seen: string[] = [];
      for (let start = 0, more = true; more;) {
        const page = await reader.list("waiting", start, size);
        expect(page.jobs.length).toBeLessThanOrEqual(size);
        seen.push(...page.jobs.map(({ id }) => id));
        ({ end: start, more } = page);
      }
      expect(seen.toSorted()).toEqual(["d1", "d2", "p1", "w1", "w2", "w3"]);
      expect(seen.filter((id) => id.startsWith("w"))).toEqual(["w3", "w2", "w1"]);
    }
  });

  it.each([
    [6, { jobs: [], end: 6, more: false }],
    [999_999_999, { jobs: [], end: 999_999_999, more: false }],
  ])("from place %i, beyond the last one, there are none", async (start, page) => {
    await add("t1");
    expect(await reader.list("waiting", start, 25)).toEqual(page);
  });

  it("without those that are removed while the page is read", async () => {
    for (const id of ["w1", "w2", "w3"]) await add(id);
    await client.del(jobKey("w2"));
    const { jobs, end, more } = await reader.list("waiting", 0, 3);
    expect([jobs.map(({ id }) => id), end, more]).toEqual([["w3", "w1"], 3, false]);
  });

  it("for the age of the oldest that waits", async () => {
    expect(await reader.oldestMs()).toBe(0);
    await add("w1", { timestamp: Date.now() - 60_000 });
    await add("w2");
    const age = await reader.oldestMs();
    expect(age).toBeGreaterThanOrEqual(60_000);
    // Another machine's clock is ahead.
    await client.hset(jobKey("w1"), "timestamp", Date.now() + 3_600_000);
    expect(await reader.oldestMs()).toBe(0);
    await client.hdel(jobKey("w1"), "timestamp");
    expect(await reader.oldestMs()).toBeGreaterThanOrEqual(0);
  });
});
