import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { accepted } from "@analyze/server/contract/tasks";
import { describeWith } from "../support/requirements.ts";
import { isCompleted } from "./outage.ts";
import { startRedis } from "./redis.ts";
import { queueStackForTest, until } from "./stack.ts";

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
    const add = await stack.post("/analyze", { text: "a" }, { prefer: "respond-async" });
    expect(add.status).toBe(202);
    const path = add.headers.get("location") ?? "";
    // Opens the connection for events, too.
    expect((await stack.get(`${path}?wait=4`)).status).toBe(200);
    const { id } = accepted.parse(await (await stack.post("/api/add/task")).json());
    await until(stack, `/api/tasks/${id}`, isCompleted);
    expect(await (await stack.get("/api/tasks?state=completed")).text()).toContain(id);
    expect(stack.web.output() + stack.worker.output()).not.toContain("NOPERM");
  });
});
