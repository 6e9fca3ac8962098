import { minute } from "@analyze/common/time";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { parseLine } from "../../line/parse.ts";
import type { LogLine, RunLine } from "../../line/record.ts";
import { createJournal, type Journal } from "./journal.ts";

let written: LogLine[];
let warnings: string[];
let full: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  [written, warnings, full] = [[], [], false];
});
afterEach(() => vi.useRealTimers());

function journalOf(capacity: number): Journal {
  return createJournal({
    capacity,
    warn: (message) => warnings.push(message),
    append: async (text) => {
      if (full) throw new Error("ENOSPC: no space left on device");
      const line = parseLine(text);
      if (line) written.push(line);
    },
  });
}

function runAt(index: number): RunLine {
  return { kind: "ok", time: index * minute, hop: "app", status: 200, ms: 5, late: 0, try: 1, id: `id-${index}` };
}

function times(): number[] {
  return written.map((line) => line.time / minute);
}

it("writes lines that did not fit, in order, when there is space again, and reports both events", async () => {
  const journal = journalOf(10);
  await journal.write(runAt(1));
  full = true;
  for (const index of [2, 3, 4]) await journal.write(runAt(index));
  expect(times()).toEqual([1]);
  full = false;
  await journal.write(runAt(5));
  expect(times()).toEqual([1, 2, 3, 4, 5]);
  expect(warnings).toEqual([expect.stringMatching(/wait in memory.*ENOSPC/), expect.stringMatching(/written again/)]);
});

it("the journal retries by itself, without waiting for the next slot", async () => {
  const journal = journalOf(10);
  full = true;
  await journal.write(runAt(1));
  full = false;
  await vi.advanceTimersByTimeAsync(300);
  expect(times()).toEqual([1]);
});

it("lines beyond the memory limit become one gap that accounts for the same slots", async () => {
  const journal = journalOf(3);
  full = true;
  await journal.write(runAt(1));
  await journal.write({ kind: "gap", from: 2 * minute, time: 4 * minute, slots: 3, why: "suspend" });
  for (const index of [5, 6, 7, 8]) await journal.write(runAt(index));
  full = false;
  await journal.write(runAt(9));
  expect(written).toEqual([
    { kind: "gap", from: 1 * minute, time: 5 * minute, slots: 5, why: "disk" },
    expect.objectContaining({ time: 6 * minute }),
    expect.objectContaining({ time: 7 * minute }),
    expect.objectContaining({ time: 8 * minute }),
    expect.objectContaining({ time: 9 * minute }),
  ]);
});

it("closing writes waiting lines, or returns the lost lines and never writes them later", async () => {
  const [lucky, unlucky] = [journalOf(10), journalOf(10)];
  full = true;
  for (const journal of [lucky, unlucky]) await journal.write(runAt(1));
  await unlucky.write(runAt(2));
  expect((await unlucky.close(1000)).map(({ time }) => time / minute)).toEqual([1, 2]);
  full = false;
  expect(await lucky.close(1000)).toEqual([]);
  await vi.advanceTimersByTimeAsync(10 * minute);
  expect(times()).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

it("closing waits for a hanging disk only up to its limit", async () => {
  const journal = createJournal({ capacity: 9, warn: () => undefined, append: async () => new Promise(() => {}) });
  void journal.write(runAt(1));
  const closed = journal.close(1000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await closed).toEqual([runAt(1)]);
});
