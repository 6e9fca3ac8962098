import { isAccount, type GapLine, type GapReason, type LogLine } from "../../line/index.ts";
import { calendar as readCalendar, type Calendar } from "../../log/calendar.ts";
import type { Jolt } from "./clock.ts";

/** What a due slot comes to: whether to run it, and the gap line that has to stand before it. */
export interface Claim {
  run: boolean;
  gap?: GapLine;
}

/**
 * The account of due slots. All slots until `last` have their line or are inside a gap; a claim moves `last` on, so
 * that runs + slots of gaps is always the number of slots since the first.
 */
export interface Ledger {
  /** Slots that are missed next have this reason. */
  note(reason: Jolt): void;
  /** The last run ended at this time (epoch milliseconds): slots due until then were overlapped by it. */
  busyUntil(time: number): void;
  isNew(slot: number): boolean;
  claim(slot: number): Claim;
}

function accountedUntil(lines: LogLine[], calendar: Calendar): number | undefined {
  const line = lines.findLast(isAccount);
  return line?.kind === "gap" && line.slots < 0 ? calendar.slotAt(line.from - 1) : line?.time;
}

/** The calendar that the last client of a log ran by; undefined where no start line is near, or it cannot be read. */
function calendarBefore(lines: LogLine[]): Calendar | undefined {
  const start = lines.findLast((line) => line.kind === "start");
  try {
    return start && readCalendar(start.schedule);
  } catch {
    return undefined;
  }
}

/** `before` until the first slot of `after` that is due at `change` or was due last then, and `after` from there on. */
function changedAt(change: number, before: Calendar, after: Calendar): Calendar {
  const first = after.slotAt(change);
  return {
    shortestStep: after.shortestStep,
    slotAt: (instant) => (instant < first ? before : after).slotAt(instant),
    slotAfter: (instant) => (instant < first ? Math.min(first, before.slotAfter(instant)) : after.slotAfter(instant)),
    count: (from, until) =>
      before.count(from, Math.min(until, first - 1)) + after.count(Math.max(from, first - 1), until),
  };
}

/** The gap between what is accounted for and a due slot. After the clock was set back it is negative. */
function gapBefore(calendar: Calendar, last: number, slot: number, why: GapReason): GapLine | undefined {
  if (slot < last) {
    return { kind: "gap", time: last, from: slot, slots: -calendar.count(slot - 1, last), why: "clock" };
  }
  const missed = calendar.count(last, slot) - 1;
  if (missed === 0) return undefined;
  return { kind: "gap", time: calendar.slotAt(slot - 1), from: calendar.slotAfter(last), slots: missed, why };
}

/**
 * A ledger that goes on where the log ends: what was due since then was missed by a restart. Until `startedAt` (epoch
 * milliseconds) the schedule of the log's last start line decides what was due.
 */
export function createLedger(schedule: Calendar, history: LogLine[], startedAt: number): Ledger {
  const previous = calendarBefore(history);
  let calendar = previous === undefined ? schedule : changedAt(startedAt, previous, schedule);
  let last = accountedUntil(history, calendar);
  let reason: GapReason | undefined = "restart";
  let busy = -Infinity;

  return {
    note: (jolt) => {
      reason = jolt;
    },
    busyUntil: (time) => {
      busy = time;
    },
    isNew: (slot) => last === undefined || slot > last,
    claim: (slot) => {
      if (slot === last) return { run: false };
      const before = last;
      const overlapped = before !== undefined && calendar.slotAfter(before) <= busy;
      const why = reason ?? (overlapped ? "overlap" : "suspend");
      last = slot;
      reason = undefined;
      const gap = before === undefined ? undefined : gapBefore(calendar, before, slot, why);
      // From the first run on there is one schedule, wherever the clock is set.
      calendar = schedule;
      return gap === undefined ? { run: true } : { run: true, gap };
    },
  };
}
