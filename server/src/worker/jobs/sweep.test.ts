import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { queueLimits } from "../../contract/tasks.ts";
import { sweepEvery } from "./sweep.ts";

const now = Date.UTC(2026, 10, 21, 9, 22);
const [completedMs, failedMs] = [queueLimits.completedSeconds * 1000, queueLimits.failedSeconds * 1000];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"], now });
});
afterEach(() => vi.useRealTimers());

/** A queue with so many old jobs, by their age, and a sweep of it. The client never connects. */
function sweeping(
  old: { completed?: number; failed?: number; recent?: number },
  memory = "used_memory:40\r\nmaxmemory:100\r\n",
) {
  const left = { completed: 0, failed: 0, recent: 0, ...old };
  const calls: { state: string | undefined; ms: number; limit: number }[] = [];
  const queue = {
    toKey: (name: string) => `analyze:tasks:${name}`,
    clean: async (ms: number, limit: number, state?: string) => {
      calls.push({ state, ms, limit });
      const list = state === "failed" ? "failed" : ms === completedMs ? "completed" : "recent";
      const count = Math.min(left[list], limit);
      left[list] -= count;
      return Array.from({ length: count }, (_, at) => `t${at}`);
    },
  };
  const client = new Redis({ lazyConnect: true });
  client.status = "ready";
  const info = vi.spyOn(client, "info").mockImplementation(async () => memory);
  const trims: unknown[][] = [];
  vi.spyOn(client, "xtrim").mockImplementation(async (...words: unknown[]) => trims.push(words));
  const errors: Error[] = [];
  const stop = sweepEvery(queue, client, (error) => errors.push(error));
  onTestFinished(stop);
  return { left, calls, queue, client, info, trims, errors, stop };
}

async function ready({ client }: ReturnType<typeof sweeping>): Promise<void> {
  client.emit("ready");
  await vi.advanceTimersByTimeAsync(0);
}

it("removes failed and completed jobs after their retention, and events older than any of them", async () => {
  const scene = sweeping({ completed: 7, failed: 3 });
  await ready(scene);
  expect(scene.calls).toEqual([
    { state: "failed", ms: failedMs, limit: 500 },
    { state: "completed", ms: completedMs, limit: 500 },
  ]);
  expect(scene.trims).toEqual([["analyze:tasks:events", "MINID", "=", now - completedMs]]);
});

it.each([
  [0, 1],
  [499, 1],
  [500, 2],
  [12_345, 25],
])("%i old jobs are removed in %i steps, none of which is large", async (completed, steps) => {
  const scene = sweeping({ completed });
  await ready(scene);
  const own = scene.calls.filter(({ state, ms }) => state === "completed" && ms === completedMs);
  expect([scene.left.completed, own.length]).toEqual([0, steps]);
});

describe("if Redis' memory is short", () => {
  const short = "# Memory\r\nused_memory:41\r\nused_memory_human:41B\r\nmaxmemory:100\r\n";

  it.each([
    [200, 0],
    [25_000, 15_000],
  ])("of %i completed jobs that are older than a minute %i are left, removed in small steps", async (recent, left) => {
    const scene = sweeping({ recent }, short);
    await ready(scene);
    expect(scene.left.recent).toBe(left);
    const early = scene.calls.filter(({ state, ms }) => state === "completed" && ms !== completedMs);
    expect(early.map(({ ms }) => ms)).toEqual(early.map(() => 60_000));
    expect(Math.max(...early.map(({ limit }) => limit))).toBeLessThanOrEqual(500);
  });

  it.each([
    ["is not", "used_memory:40\r\nmaxmemory:100\r\n"],
    ["has no limit", "used_memory:4000000000\r\nmaxmemory:0\r\n"],
    ["is unknown", ""],
  ])("and only then: here it %s", async (_, memory) => {
    const scene = sweeping({ recent: 200 }, memory);
    await ready(scene);
    expect(scene.left.recent).toBe(200);
  });
});

it("sweeps every half minute while Redis is connected, and no more after its end", async () => {
  const { calls, client, stop } = sweeping({});
  await vi.advanceTimersByTimeAsync(29_999);
  expect(calls).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls).toHaveLength(2);
  client.status = "reconnecting";
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(2);
  client.status = "ready";
  await vi.advanceTimersByTimeAsync(30_000);
  expect(calls).toHaveLength(4);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(4);
});

it("a sweep that takes long is not begun twice", async () => {
  const { calls, info } = sweeping({});
  const answer = Promise.withResolvers<string>();
  info.mockImplementation(() => answer.promise);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(calls).toHaveLength(2);
  answer.resolve("");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(calls).toHaveLength(4);
});

it("a sweep that fails is reported, and the next one is tried", async () => {
  const { errors, info, calls } = sweeping({});
  info.mockRejectedValueOnce(new Error("Command timed out")).mockRejectedValueOnce("no error");
  await vi.advanceTimersByTimeAsync(90_000);
  expect(errors.map(({ message }) => message)).toEqual(["Command timed out", "no error"]);
  expect(calls).toHaveLength(6);
});
