import { expect, it } from "vitest";
import { Waiters } from "./waiters.ts";

const long = 600_000;

it("wakes only the callers that wait for the job", async () => {
  const waiters = new Waiters();
  const over = new AbortController();
  const woken: string[] = [];
  const waiting = ["a", "a", "b"].map((id, index) =>
    waiters.wait(id, long, over.signal).then(() => woken.push(`${id}${index}`)),
  );
  waiters.wake("a");
  await Promise.all(waiting.slice(0, 2));
  expect(woken).toEqual(["a0", "a1"]);
  waiters.wakeAll();
  await Promise.all(waiting);
  expect([woken.length, waiters.size]).toEqual([3, 0]);
});

it("keeps nothing of 10,000 callers that leave", async () => {
  const waiters = new Waiters();
  const callers = Array.from({ length: 10_000 }, (_, n) => {
    const gone = new AbortController();
    return { gone, end: waiters.wait(`id${n % 100}`, long, gone.signal) };
  });
  expect(waiters.size).toBe(100);
  for (const { gone } of callers) gone.abort();
  await Promise.all(callers.map(({ end }) => end));
  expect(waiters.size).toBe(0);
});

it("does not start for a caller that has left, and ends after its time", async () => {
  const waiters = new Waiters();
  await waiters.wait("a", long, AbortSignal.abort());
  await waiters.wait("a", 1, new AbortController().signal);
  expect(waiters.size).toBe(0);
});
