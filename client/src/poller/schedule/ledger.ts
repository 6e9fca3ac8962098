import { isAccount, type GapLine, type GapReason, type LogLine } from "../../line/record.ts";
import { calendar as readCalendar, type Calendar } from "../../log/calendar.ts";
import type { Jolt } from "./clock.ts";

/** The result of claiming a slot: whether to probe, and the gap line to write before it. */
export interface Claim {
  run: boolean;
  gap?: GapLine;
}

/**
 * Accounts for every slot. Each slot up to `last` has a line or is part of a gap. A claim advances `last`, so the number
 * of runs plus the slots in gaps always equals the number of slots since the first one.
 */
export interface Ledger {
  /** The next missed slots get this reason. */
  note(reason: Jolt): void;
  /** The last probe ended at this time (epoch milliseconds): slots due before it get the reason `overlap`. */
  busyUntil(time: number): void;
  isNew(slot: number): boolean;
  claim(slot: number): Claim;
}

function accountedUntil(lines: LogLine[], calendar: Calendar): number | undefined {
  const line = lines.findLast(isAccount);
  return line?.kind === "gap" && line.slots < 0 ? calendar.slotAt(line.from - 1) : line?.time;
}

/** The calendar of the last client that wrote the log; undefined without a start line among `lines`, or if it is invalid. */
function calendarBefore(lines: LogLine[]): Calendar | undefined {
  const start = lines.findLast((line) => line.kind === "start");
  try {
    return start && readCalendar(start.schedule);
  } catch {
    return undefined;
  }
}

/** A calendar that follows `before` until the slot of `after` at or before `change`, and `after` from that slot on. */
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

/** The gap between the last accounted slot and `slot`. It is negative after the clock was set back. */
function gapBefore(calendar: Calendar, last: number, slot: number, why: GapReason): GapLine | undefined {
  if (slot < last) {
    return { kind: "gap", time: last, from: slot, slots: -calendar.count(slot - 1, last), why: "clock" };
  }
  const missed = calendar.count(last, slot) - 1;
  if (missed === 0) return undefined;
  return { kind: "gap", time: calendar.slotAt(slot - 1), from: calendar.slotAfter(last), slots: missed, why };
}

/**
 * A ledger that continues at the end of the log: the slots since then were missed by a restart. Before `startedAt` (epoch
 * milliseconds), the schedule of the last start line in the log decides which slots were due.
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
      // After the first claim only the current schedule counts, even if the clock is set back before the start.
      calendar = schedule;
      return gap === undefined ? { run: true } : { run: true, gap };
    },
  };
}
