import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { accepted } from "@analyze/server/contract/tasks";
import { problem } from "@analyze/server/contract/wire";
import { describeWith } from "../support/requirements.ts";
import { isCompleted, recoveryMs, redisForTest, untilWorks } from "./outage.ts";
import { queueStackForTest, until } from "./stack.ts";

describeWith(["redis-server"], "an outage of Redis", () => {
  it.each([1, 30])("of %d s: 503 in less than a second, and recovery within 10 s of its end", async (seconds) => {
    expect(await recoveryMs(seconds)).toBeLessThan(10_000);
  });

  it("by a changed password that is in its file: web and worker recover without a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "analyze-password-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [settings, file] = [join(folder, "redis.conf"), join(folder, "password")];
    const use = (password: string): void => {
      writeFileSync(settings, `requirepass ${password}\n`);
      writeFileSync(file, `${password}\n`);
    };
    use("first-password");
    const redis = redisForTest(["--include", settings]);
    await redis.start();
    const stack = await queueStackForTest(redis.url, { REDIS_PASSWORD_FILE: file });
    await untilWorks(stack);
    use("second-password");
    // Also after it was wrong for some attempts.
    writeFileSync(file, "wrong-password\n");
    redis.signal("SIGKILL");
    await redis.start();
    await expect.poll(() => stack.web.output() + stack.worker.output(), { timeout: 20_000 }).toContain("WRONGPASS");
    use("second-password");
    await untilWorks(stack);
    expect(stack.web.output() + stack.worker.output()).not.toMatch(/(?:first|second|wrong)-password/);
  });

  it("that began before the programs: they start, and work within 10 s of its end", async () => {
    const redis = redisForTest();
    const stack = await queueStackForTest(redis.url);
    expect((await stack.post("/api/add/during")).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${stack.worker.port}/readyz`)).status).toBe(200);
    await redis.start();
    expect(await untilWorks(stack)).toBeLessThan(10_000);
  });

  it("without any answer: 503 in less than a second, and its ID shows later whether the task was stored", async () => {
    const redis = redisForTest();
    await redis.start();
    const stack = await queueStackForTest(redis.url);
    await untilWorks(stack);
    let location: string | null = null;
    // If the last reading of the queue's depth is too old, the add is not attempted.
    for (let left = 20; location === null && left > 0; left--) {
      await untilWorks(stack);
      redis.signal("SIGSTOP");
      const began = performance.now();
      const response = await stack.post("/api/add/during");
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(response.status).toBe(503);
      location = response.headers.get("location");
      const { detail } = problem.parse(await response.json());
      expect(detail).toContain(location === null ? "Redis" : `may have been accepted: GET ${location} shows its state`);
      redis.signal("SIGCONT");
    }
    if (location === null) throw new Error("no add was tried");
    await until(stack, location, isCompleted);
    await stack.worker.waitFor(new RegExp(`"id":"${location.slice("/api/tasks/".length)}".*"Completed task"`));
    expect(await untilWorks(stack)).toBeLessThan(10_000);
  });

  it("by a wrong password: no answer, log line or setting shows the right one", async () => {
    const redis = redisForTest(["--requirepass", "right-password"]);
    await redis.start();
    const stack = await queueStackForTest(redis.url, { REDIS_PASSWORD: "wrong-password" });
    const response = await stack.post("/api/add/during");
    expect(response.status).toBe(503);
    const config = await stack.get("/config");
    const shown = [await response.text(), await config.text(), stack.web.output(), stack.worker.output()].join("\n");
    expect(shown).toContain("WRONGPASS");
    expect(shown).not.toMatch(/(?:right|wrong)-password|redis\.sock/);
  });

  it("by full memory: 503 before it is full, and accepted tasks complete", async () => {
    const redis = redisForTest(["--maxmemory", "24mb"]);
    await redis.start();
    const stack = await queueStackForTest(redis.url);
    const texts = { text: "long ".repeat(50_000) };
    const ids: string[] = [];
    let last: Response;
    do {
      last = await stack.post("/api/add/big", texts);
      if (last.status === 202) ids.push(accepted.parse(await last.json()).id);
    } while (last.status === 202 && ids.length < 200);
    expect([last.status, last.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(problem.parse(await last.json()).type).toBe("urn:analyze:problem:queue-full");
    for (const id of ids) await until(stack, `/api/tasks/${id}`, isCompleted);
  });
});

describeWith(["redis-server"], "a full queue", () => {
  it("rejects more tasks with 503, Retry-After and the problem queue-full", async () => {
    const redis = redisForTest();
    await redis.start();
    const stack = await queueStackForTest(redis.url, { QUEUE_MAX_DEPTH: "3" });
    await stack.worker.stop();
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await stack.post("/api/add/deep")).status);
    expect(statuses).toEqual([202, 202, 202, 503, 503]);
  });
});
