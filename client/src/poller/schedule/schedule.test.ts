import { minute } from "@analyze/common/time";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startSchedule, type Schedule } from "./schedule.ts";

const start = Date.UTC(2026, 10, 21, 6, 20, 30);
let slots: string[];
let schedule: Schedule;

function begin(
  onDue: (slot: number) => Promise<void> = async () => undefined,
  warn = (message: string): void => expect.fail(message),
): void {
  schedule = startSchedule({
    expression: "* * * * *",
    warn,
    onDue: async (slot) => {
      slots.push(new Date(slot).toISOString().slice(11, 16));
      return onDue(slot);
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  slots = [];
});
afterEach(() => {
  schedule.stop();
  vi.useRealTimers();
});

it("each minute is due once, on the minute", async () => {
  begin();
  await vi.advanceTimersByTimeAsync(3 * minute);
  expect(slots).toEqual(["06:21", "06:22", "06:23"]);
});

it("the next run waits for the end of the previous one", async () => {
  begin(() => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(3 * minute);
  expect(slots).toEqual(["06:21"]);
});

it("an error in a run is reported with its stack, and the next slot is due", async () => {
  const warnings: string[] = [];
  begin(
    () => Promise.reject(new Error("no disk")),
    (message) => warnings.push(message),
  );
  await vi.advanceTimersByTimeAsync(2 * minute);
  expect(slots).toEqual(["06:21", "06:22"]);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^Error: no disk\n +at /);
});

it("a stopped schedule runs nothing", async () => {
  begin();
  schedule.stop();
  await vi.advanceTimersByTimeAsync(3 * minute);
  expect(slots).toEqual([]);
});

describe("when the clock is set", () => {
  it("back by an hour, node-cron runs nothing until it is restarted", async () => {
    begin();
    await vi.advanceTimersByTimeAsync(minute);
    vi.setSystemTime(Date.now() - 60 * minute);
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(slots).toEqual(["06:21"]);
    schedule.rearm();
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect(slots).toEqual(["06:21", "05:27", "05:28"]);
  });

  it("forward by an hour, the next minute is due as usual", async () => {
    begin();
    await vi.advanceTimersByTimeAsync(minute);
    vi.setSystemTime(Date.now() + 60 * minute);
    schedule.rearm();
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect(slots).toEqual(["06:21", "07:22", "07:23"]);
  });
});
