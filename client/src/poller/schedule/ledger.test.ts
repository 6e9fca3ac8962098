import { minute } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import type { LogLine, RunLine } from "../../line/record.ts";
import { calendar } from "../../log/calendar.ts";
import { createLedger as create, type Ledger } from "./ledger.ts";

const minutes = calendar("* * * * *");

function createLedger(schedule: typeof minutes, history: LogLine[], startedAt = 0): Ledger {
  return create(schedule, history, startedAt);
}

function ranAt(index: number): RunLine {
  return { kind: "ok", time: index * minute, hop: "app", ms: 1, late: 0, try: 1, id: "x" };
}

it("the first slot of an empty log is probed", () => {
  expect(createLedger(minutes, []).claim(7 * minute)).toEqual({ run: true });
});

it("slots missed while the client was not running are one gap before the next run", () => {
  expect(createLedger(minutes, [ranAt(2)]).claim(7 * minute)).toEqual({
    run: true,
    gap: { kind: "gap", from: 3 * minute, time: 6 * minute, slots: 4, why: "restart" },
  });
});

it("a slot that has a line is not probed again", () => {
  const ledger = createLedger(minutes, [ranAt(7)]);
  expect(ledger.isNew(7 * minute)).toBe(false);
  expect(ledger.claim(7 * minute)).toEqual({ run: false });
});

it("slots due during a probe have the reason overlap", () => {
  const ledger = createLedger(minutes, []);
  ledger.claim(1 * minute);
  ledger.busyUntil(2.5 * minute);
  expect(ledger.claim(3 * minute).gap).toEqual({
    kind: "gap",
    from: 2 * minute,
    time: 2 * minute,
    slots: 1,
    why: "overlap",
  });
});

it("slots without another reason have the reason restart", () => {
  const ledger = createLedger(minutes, []);
  ledger.claim(1 * minute);
  expect(ledger.claim(4 * minute).gap).toMatchObject({ slots: 2, why: "suspend" });
});

it("slots that a clock change skipped have that reason, once", () => {
  const ledger = createLedger(minutes, []);
  ledger.claim(1 * minute);
  ledger.note("clock");
  expect(ledger.claim(61 * minute).gap).toMatchObject({ slots: 59, why: "clock" });
  expect(ledger.claim(63 * minute).gap).toMatchObject({ slots: 1, why: "suspend" });
});

it("after the clock was set back, repeated slots are subtracted", () => {
  const ledger = createLedger(minutes, [ranAt(100)]);
  expect(ledger.claim(41 * minute)).toEqual({
    run: true,
    gap: { kind: "gap", from: 41 * minute, time: 100 * minute, slots: -60, why: "clock" },
  });
  expect(ledger.claim(42 * minute)).toEqual({ run: true });
});

it("a log that ends with such a line continues before it", () => {
  const history: LogLine[] = [
    ranAt(100),
    { kind: "gap", from: 41 * minute, time: 100 * minute, slots: -60, why: "clock" },
  ];
  expect(createLedger(minutes, history).claim(41 * minute)).toEqual({ run: true });
});

const gap = (slots: number): LogLine => ({ kind: "gap", from: 1 * minute, time: 5 * minute, slots, why: "restart" });

describe("where the account continues", () => {
  it.each(["ok", "flaky", "FAIL", "planned"] as const)("after a run that was %s", (kind) => {
    const ledger = createLedger(minutes, [{ ...ranAt(2), kind }]);
    expect(ledger.claim(4 * minute).gap).toMatchObject({ from: 3 * minute, slots: 1 });
  });

  it.each([
    { title: "at the end of a gap", line: gap(5), first: 6 },
    { title: "at the end of a gap without slots", line: gap(0), first: 6 },
    { title: "before the start of repeated slots", line: gap(-5), first: 1 },
  ])("$title", ({ line, first }) => {
    const ledger = createLedger(minutes, [ranAt(1), line, { kind: "stop", time: 9 * minute, why: "SIGTERM" }]);
    expect(ledger.claim(8 * minute).gap).toMatchObject({ from: first * minute, slots: 8 - first });
  });
});

it("a slot is new unless it or a later one has a line", () => {
  expect(createLedger(minutes, []).isNew(0)).toBe(true);
  const ledger = createLedger(minutes, [ranAt(7)]);
  expect([6, 7, 8].map((index) => ledger.isNew(index * minute))).toEqual([false, false, true]);
});

it("a probe that ended in the second of a slot overlapped it", () => {
  const ledger = createLedger(minutes, []);
  ledger.claim(1 * minute);
  ledger.busyUntil(2 * minute);
  expect(ledger.claim(3 * minute).gap).toMatchObject({ slots: 1, why: "overlap" });
});

it("without a missed slot a claim has no gap", () => {
  const ledger = createLedger(minutes, [ranAt(1)]);
  expect(ledger.claim(2 * minute)).toStrictEqual({ run: true });
});

function started(schedule: string): LogLine {
  const settings = { version: "1.0.0", url: "https://analyze.test/analyze", config: "c0ffee", host: "host", pid: 7 };
  return { kind: "start", time: 0, schedule, ...settings };
}

describe("after a change of the schedule", () => {
  const fives = calendar("*/5 * * * * *");
  it("adds no slot that the previous schedule did not have", () => {
    const ledger = createLedger(fives, [started("* * * * *"), ranAt(1)], 1.4 * minute);
    expect(ledger.claim(fives.slotAt(1.4 * minute))).toStrictEqual({ run: true });
    expect(ledger.claim(1.5 * minute).gap).toMatchObject({ from: 85_000, slots: 1 });
  });

  it("counts slots of the previous schedule until then", () => {
    const ledger = createLedger(fives, [started("* * * * *"), ranAt(1)], 3.4 * minute);
    const missed = { kind: "gap", from: 2 * minute, time: 3 * minute, slots: 2, why: "restart" };
    expect(ledger.claim(fives.slotAt(3.4 * minute))).toEqual({ run: true, gap: missed });
  });

  it("uses the new one if the previous one is unreadable", () => {
    const ledger = createLedger(minutes, [started("garbage"), ranAt(1)], 4.5 * minute);
    expect(ledger.claim(4 * minute).gap).toMatchObject({ slots: 2 });
  });
});
