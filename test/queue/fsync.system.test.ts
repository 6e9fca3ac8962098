import { expect, it, onTestFinished } from "vitest";
import { accepted } from "@analyze/server/contract/tasks";
import { describeWhere } from "../support/requirements.ts";
import { redisServers, startRedis, type RedisServer } from "./redis.ts";
import { queueStackForTest } from "./stack.ts";
import { traceWrites, type SystemCall } from "./trace.ts";

/** For each accepted task: whether Redis' file was synced after the write, and before the reply to web. */
async function tasksSyncedFirst(server: RedisServer, fsync: string): Promise<boolean[]> {
  const redis = await startRedis(server, ["--appendfsync", fsync]);
  onTestFinished(() => redis.remove());
  const stack = await queueStackForTest(redis.url);
  // So that nothing else writes.
  await stack.worker.stop();
  await stack.post("/api/add/first");
  const endRedis = await traceWrites(redis.program.child.pid ?? 0);
  const endWeb = await traceWrites(stack.web.pid);
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) ids.push(accepted.parse(await (await stack.post("/api/add/traced")).json()).id);
  const [byRedis, byWeb] = [await endRedis(), await endWeb()];
  return ids.map((id) => isSyncedFirst(id, byRedis, byWeb));
}

const isFile = ({ target }: SystemCall): boolean => target.includes(".aof");

function isSyncedFirst(id: string, byRedis: SystemCall[], byWeb: SystemCall[]): boolean {
  const written = byRedis.find((call) => isFile(call) && call.args.includes(id));
  const told = byRedis.find((call) => !isFile(call) && call.args.includes(`$23\\r\\n${id}\\r\\n`));
  const answered = byWeb.find(({ args }) => args.includes("202 Accepted") && args.includes(id));
  if (!written || !told || !answered) throw new Error(`${id}: not in the traces`);
  expect(told.began).toBeGreaterThanOrEqual(written.ended);
  expect(answered.began).toBeGreaterThanOrEqual(told.began);
  return byRedis.some(
    ({ name, target, result, began, ended }) =>
      /^f(?:data)?sync$/.test(name) &&
      target === written.target &&
      result === 0 &&
      began >= written.ended &&
      ended <= told.began,
  );
}

// The system calls in their order: evidence that is independent of our programs.
describeWhere("ptrace", ["strace", ...redisServers], "in a trace of system calls", () => {
  it.each(redisServers)(
    "%s syncs each accepted task to its file before it replies, and web then answers 202",
    async (server) => {
      expect(new Set(await tasksSyncedFirst(server, "always"))).toEqual(new Set([true]));
    },
  );

  it("the check fails for a Redis that does not sync: with appendfsync no, no task is synced first", async () => {
    expect(new Set(await tasksSyncedFirst("redis-server", "no"))).toEqual(new Set([false]));
  });
});
