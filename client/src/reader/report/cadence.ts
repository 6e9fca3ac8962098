import { minute } from "@analyze/common/time";
import { calendar } from "../../log/calendar.ts";
import type { Collected } from "./collect.ts";

/** When slots were due. Instants and `period` in milliseconds. */
export interface Cadence {
  /** The usual distance from one slot to the next. */
  period: number;
  /** Slots due in (`after`, `until`]. */
  count(after: number, until: number): number;
  /** The first slot due after `instant`. */
  next(instant: number): number;
}

type Grid = Omit<Cadence, "period">;

/** The most frequent value, the smallest of several. */
function mostFrequent(values: Iterable<number>): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: [value: number, count: number] | undefined;
  for (const [value, count] of counts) {
    if (!best || count > best[1] || (count === best[1] && value < best[0])) best = [value, count];
  }
  return best?.[0];
}

/** The latest slots that have a run, ascending: enough to tell how far apart they are. */
function slotsOf({ runs }: Collected): Float64Array {
  return Float64Array.from(runs.rows(-Infinity, Infinity).subarray(-20_000), (row) => runs.timeOf(row));
}

function regularGrid(slots: Float64Array, period: number): Grid {
  const phase = mostFrequent(slots.map((slot) => slot % period)) ?? 0;
  const index = (instant: number): number => Math.floor((instant - phase) / period);
  return {
    count: (after, until) => Math.max(0, index(until) - index(after)),
    next: (instant) => (index(instant) + 1) * period + phase,
  };
}

function gridOf(schedule: string): Grid | undefined {
  try {
    const { count, slotAfter } = calendar(schedule);
    return { count, next: slotAfter };
  } catch {
    return undefined;
  }
}

/**
 * The cadence of a log: the schedule of the start line in force; where there is none, or one that cannot be read, the
 * distance and phase that most of its slots have. A log of one slot is taken to be a minute's.
 */
export function cadenceOf(log: Collected): Cadence {
  const { starts } = log;
  const slots = slotsOf(log);
  const period = mostFrequent(slots.subarray(1).map((slot, index) => slot - (slots[index] ?? slot))) ?? minute;
  const deduced = regularGrid(slots, period);
  const grids = new Map(starts.map(({ schedule }) => [schedule, gridOf(schedule) ?? deduced]));
  const latestFirst = starts.toSorted((a, b) => b.time - a.time);
  const [only] = grids.size === 1 ? grids.values() : [];
  const gridAt = (instant: number): Grid => {
    if (only) return only;
    const start = latestFirst.find(({ time }) => time <= instant) ?? latestFirst.at(-1);
    return (start && grids.get(start.schedule)) ?? deduced;
  };
  return {
    period,
    // A hole across a start is counted as the poller counts it then: by its new schedule.
    count: (after, until) => gridAt(until).count(after, until),
    next: (instant) => gridAt(instant).next(instant),
  };
}
