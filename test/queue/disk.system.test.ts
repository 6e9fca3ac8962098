import { execFileSync } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { accepted, task } from "@analyze/server/contract/tasks";
import { describeWith } from "../support/requirements.ts";
import { privateRedis } from "./redis.ts";
import { queueStackForTest, until } from "./stack.ts";

describeWith(["redis-server", "root"], "a full disk", () => {
  it("gets 503; accepted tasks complete when there is space again", async () => {
    const redis = privateRedis();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", redis.folder]);
    onTestFinished(async () => {
      await redis.program.stop("SIGKILL");
      execFileSync("umount", ["--lazy", redis.folder]);
      await redis.remove();
    });
    await redis.start();
    const stack = await queueStackForTest(redis.url);
    await stack.worker.stop();
    const ids: string[] = [];
    const body = { text: "long ".repeat(20_000) };
    let last: Response;
    do {
      last = await stack.post("/api/add/big", body);
      if (last.status === 202) ids.push(accepted.parse(await last.json()).id);
    } while (last.status === 202 && ids.length < 500);
    expect([last.status, ids.length > 5]).toEqual([503, true]);
    // With appendfsync always, Redis exits instead of acknowledging what it could not write.
    await redis.program.ended;
    execFileSync("mount", ["-o", "remount,size=64m", redis.folder]);
    await redis.start();
    const again = await queueStackForTest(redis.url);
    for (const id of ids) {
      await until(again, `/api/tasks/${id}`, (found) => task.safeParse(found).data?.state === "completed", 30_000);
    }
  });
});
