import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startRedis, type PrivateRedis } from "../../../../test/queue/redis.ts";
import { describeWith } from "../../../../test/support/requirements.ts";
import { effectCountsKey, effectField, jobKey } from "../../shared/queue/job.ts";
import { connectRedis } from "../../shared/queue/redis.ts";
import { createEffects } from "./effects.ts";

describeWith(["redis-server"], "the result of a job", () => {
  let redis: PrivateRedis;
  let client: ReturnType<typeof connectRedis>;

  beforeAll(async () => {
    redis = await startRedis();
    client = connectRedis({ url: redis.url, password: undefined }, {});
  });
  afterAll(async () => {
    client.disconnect();
    await redis.remove();
  });
  beforeEach(() => client.flushall());

  const id = "tAAAAAAAAAAAAAAAAAAAAAA";
  const resultOf = (of: string) => client.hget(jobKey(of), effectField);

  it("is stored once, whichever of many runs is first, and counted with it", async () => {
    await client.hset(jobKey(id), "name", "echo");
    const runs = Array.from({ length: 20 }, (_, run) => createEffects(client).settle(id, "task", { run }));
    const outcomes = await Promise.all(runs);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await resultOf(id)).toBe(JSON.stringify({ run: outcomes.indexOf(true) }));
    expect(await client.hgetall(effectCountsKey)).toEqual({ task: "1" });
    expect(await client.hget(jobKey(id), "name")).toBe("echo");
  });

  it("of a job that was removed meanwhile brings nothing back", async () => {
    expect(await createEffects(client).settle(id, "task", {})).toBe(false);
    expect(await client.keys("*")).toEqual([]);
  });

  it.each([
    [{}],
    [{ processed_text: 'Word Count: 1 | Reverse: "]]--\u0000\n👩‍👧' }],
    [{ processed_text: "a".repeat(256 * 1024) }],
  ])("is kept as it is, case %#", async (result) => {
    await client.hset(jobKey(id), "name", "analyze");
    expect(await createEffects(client).settle(id, "analysis", result)).toBe(true);
    expect(JSON.parse((await resultOf(id)) ?? "")).toEqual(result);
  });

  it("is counted by the kind of the job", async () => {
    const { settle } = createEffects(client);
    for (const [of, kind] of [
      ["t1", "task"],
      ["t2", "task"],
      ["a1", "analysis"],
    ] as const) {
      await client.hset(jobKey(of), "name", "x");
      await settle(of, kind, {});
      await settle(of, kind, {});
    }
    expect(await client.hgetall(effectCountsKey)).toEqual({ task: "2", analysis: "1" });
  });
});
