import { Command, Redis } from "ioredis";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchFetches } from "./watch.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  // Commands are sent nowhere: each is answered by the test.
  vi.spyOn(Redis.prototype, "sendCommand").mockImplementation((command) => command.promise);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A connected client that is watched, and a copy of it as BullMQ makes one. */
function watched() {
  const client = new Redis({ lazyConnect: true });
  const watch = watchFetches(client);
  client.status = "ready";
  return { client, watch, copy: client.duplicate() };
}

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}

it("a consumer whose connection never answers is stuck after the given time, and not before", () => {
  const { watch, copy } = watched();
  void copy.sendCommand(new Command("bzpopmin", ["key", 2]));
  pass(30_000);
  expect(watch.isStuck(30_000)).toBe(false);
  pass(1);
  expect(watch.isStuck(30_000)).toBe(true);
});

it.each([
  ["a job", ["key", "member", "0"]],
  ["nothing in time", null],
])("an answer to a fetch, %s, shows that it is not", async (_, answer) => {
  const { watch, copy } = watched();
  const fetch = new Command("bzpopmin", ["key", 2]);
  void copy.sendCommand(fetch);
  pass(30_001);
  fetch.resolve(answer);
  await fetch.promise;
  expect(watch.isStuck(30_000)).toBe(false);
  pass(30_001);
  expect(watch.isStuck(30_000)).toBe(true);
});

it("an error, and the answer to any other command, shows nothing", async () => {
  const { watch, copy } = watched();
  const [fetch, ping] = [new Command("bzpopmin", ["key", 2]), new Command("ping")];
  const failed = copy.sendCommand(fetch);
  void copy.sendCommand(ping);
  pass(30_001);
  fetch.reject(new Error("LOADING Redis is loading"));
  ping.resolve("PONG");
  await expect(failed).rejects.toThrow("LOADING");
  await ping.promise;
  expect(watch.isStuck(30_000)).toBe(true);
});

it("no fetch is expected while a job runs, nor at once after its end", async () => {
  const { watch } = watched();
  const jobs = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = watch.during(async (index: number) => jobs[index]?.promise);
  const runs = [work(0), work(1)];
  pass(60_000);
  jobs[0]?.resolve();
  await runs[0];
  pass(60_000);
  expect([watch.isBusy(), watch.isStuck(30_000)]).toEqual([true, false]);
  jobs[1]?.reject(new Error("the work failed"));
  await expect(runs[1]).rejects.toThrow("the work failed");
  expect([watch.isBusy(), watch.isStuck(30_000)]).toEqual([false, false]);
  pass(30_001);
  expect(watch.isStuck(30_000)).toBe(true);
});

it.each(["connecting", "reconnecting", "end"] as const)("a client that is %s is not stuck", (status) => {
  const { client, watch } = watched();
  client.status = status;
  pass(3_600_000);
  expect(watch.isStuck(30_000)).toBe(false);
});

it("after an outage of Redis the time counts from its return", () => {
  const { client, watch } = watched();
  pass(3_600_000);
  client.emit("ready");
  expect(watch.isStuck(30_000)).toBe(false);
  pass(30_001);
  expect(watch.isStuck(30_000)).toBe(true);
});
