import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { untilWorks } from "./outage.ts";
import { startRedis } from "./redis.ts";
import { queueStackForTest } from "./stack.ts";

const patience = { timeout: 20_000 };

/** The rights of a user of Redis, as the docs say. */
function rights(): string[] {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/queue.md"), "utf8");
  return /`(~analyze:\* [^`]+)`/.exec(docs)?.[1]?.split(" ") ?? [];
}

describeWith(["redis-server"], "a user of Redis with the rights of the docs", () => {
  it("is enough for web and worker", async () => {
    expect(rights().length).toBeGreaterThan(2);
    const redis = await startRedis("redis-server", ["--user", "default", "on", "nopass", "resetkeys", ...rights()]);
    onTestFinished(() => redis.remove());
    expect(await redis.command("SET", "other", "1")).toMatch(/^-NOPERM/);
    expect(await redis.command("CONFIG", "GET", "dir")).toMatch(/^-NOPERM/);
    const stack = await queueStackForTest(redis.url);
    await untilWorks(stack);
    let location = "";
    const add = async (): Promise<number> => {
      const response = await stack.post("/analyze", { text: "a" }, { prefer: "respond-async" });
      location = response.headers.get("location") ?? "";
      return response.status;
    };
    const read = (path: string) => async (): Promise<number> => (await stack.get(path)).status;
    await expect.poll(add, patience).toBe(202);
    // Opens the connection for events, too.
    await expect.poll(read(`${location}?wait=4`), patience).toBe(200);
    await expect.poll(read("/api/tasks?state=completed"), patience).toBe(200);
    expect(stack.web.output() + stack.worker.output()).not.toContain("NOPERM");
  });
});
