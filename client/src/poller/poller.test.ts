import { minute, second } from "@analyze/common/time";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LogLine, RunLine } from "../line/record.ts";
import { calendar } from "../log/calendar.ts";
import { createPoller, type Poller } from "./poller.ts";
import { watchIntervalMs } from "./schedule/clock.ts";
import { startSchedule, type Schedule } from "./schedule/schedule.ts";

const noon = Date.UTC(2026, 10, 26, 12);
let schedule: Schedule | undefined;
let watchdog: NodeJS.Timeout | undefined;
let lines: LogLine[];

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

function end(): void {
  schedule?.stop();
  clearInterval(watchdog);
}

/** Starts a poller now, as the client does. Its probe number n, from 0 on, takes `lasts(n)` ms. */
function start(expression: string, lasts: (n: number) => number, history: LogLine[] = []): Poller {
  let count = 0;
  const probe = async (slot: number): Promise<RunLine> => {
    const late = Date.now() - slot;
    const ms = lasts(count++);
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { kind: "ok", time: slot, hop: "app", ms, late, try: 1, id: "x" };
  };
  const poller = createPoller({
    calendar: calendar(expression),
    history,
    downAfter: 3,
    readClocks: () => ({ wall: Date.now(), steady: Date.now() }),
    probe,
    write: async (line) => void lines.push(line),
    onLine: () => undefined,
    onChange: () => undefined,
  });
  const onDue = async (slot: number): Promise<void> => poller.due(slot);
  schedule = startSchedule({ expression, onDue, warn: (message) => expect.fail(message) });
  watchdog = setInterval(() => poller.watch(), watchIntervalMs);
  void poller.catchUp();
  return poller;
}

/** The slots of the log in seconds after noon, each with its kind; of a gap also how many. */
function slots(): string[] {
  return lines.map((line) => {
    const at = (line.time - noon) / second;
    return line.kind === "gap" ? `${at} gap ${line.slots} ${line.why}` : `${at} ${line.kind}`;
  });
}

const everyMinute = "* * * * *";
const every5s = "*/5 * * * * *";

it.each([
  ["each minute", everyMinute, 60, 1],
  ["each minute, and the start's probe fails slowly", everyMinute, 60, 51_000],
  ["every 5 s", every5s, 5, 1],
  ["every 5 s, and the start's probe fails slowly", every5s, 5, 4_250],
])("a client started just before a slot loses none: %s", async (_, expression, period, longer) => {
  for (const before of [900, 400, 30]) {
    lines = [];
    vi.setSystemTime(noon + period * second - before);
    const poller = start(expression, (n) => (n === 0 ? before + longer : 20));
    await vi.advanceTimersByTimeAsync(3 * period * second);
    expect(slots()).toEqual([0, 1, 2, 3].map((n) => `${n * period} ok`));
    end();
    await poller.idle();
  }
});

it.each([
  [everyMinute, 60],
  [every5s, 5],
])("probes that always take as long as they may lose no slot after a late start: %s", async (expression, period) => {
  vi.setSystemTime(noon + period * second - 10);
  start(expression, () => 0.85 * period * second);
  await vi.advanceTimersByTimeAsync(20 * period * second);
  expect(slots().slice(0, 19)).toEqual(Array.from({ length: 19 }, (_, n) => `${n * period} ok`));
  // They are on time again.
  expect(lines.flatMap((line) => ("late" in line && line.late < second ? [line.time] : [])).length).toBeGreaterThan(8);
});

it("a restart just before a slot has a gap only for the slots without a client", async () => {
  vi.setSystemTime(noon + 3 * minute - 500);
  start(everyMinute, () => 800, [{ kind: "ok", time: noon, hop: "app", ms: 1, late: 0, try: 1, id: "x" }]);
  await vi.advanceTimersByTimeAsync(2 * minute);
  expect(slots()).toEqual(["60 gap 1 restart", "120 ok", "180 ok", "240 ok"]);
});

it("a probe that takes longer than slots last has a gap for those that passed, and the current one is probed", async () => {
  vi.setSystemTime(noon);
  start(everyMinute, (n) => (n === 0 ? 3.5 * minute : 20));
  await vi.advanceTimersByTimeAsync(4 * minute + second);
  expect(slots()).toEqual(["0 ok", "120 gap 2 overlap", "180 ok", "240 ok"]);
});

it("a client that ends during a probe begins no other one", async () => {
  vi.setSystemTime(noon + minute - 500);
  const poller = start(everyMinute, () => 800);
  await vi.advanceTimersByTimeAsync(600);
  const idle = poller.idle();
  await vi.advanceTimersByTimeAsync(second);
  await idle;
  expect(slots()).toEqual(["0 ok"]);
});
