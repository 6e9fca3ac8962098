import { minute } from "@analyze/common/time";
import { calendar } from "../../log/calendar.ts";
import type { Collected } from "./collect.ts";

/** When slots were due. Instants and `period` in milliseconds. */
export interface Cadence {
  /** The distance between slots: the shortest of the schedule, or the most frequent if no schedule is known. */
  period: number;
  /** Slots due in (`after`, `until`]. */
  count(after: number, until: number): number;
  /** The first slot due after `instant`. */
  next(instant: number): number;
}

interface Grid extends Cadence {
  /** The latest slot at or before `instant`. */
  slotAt(instant: number): number;
}

/** The most frequent value; the smallest if there are several. */
function mostFrequent(values: Iterable<number>): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: [value: number, count: number] | undefined;
  for (const [value, count] of counts) {
    if (!best || count > best[1] || (count === best[1] && value < best[0])) best = [value, count];
  }
  return best?.[0];
}

/** The latest slots with a run, ascending: enough to derive their distance. */
function slotsOf({ runs }: Collected): Float64Array {
  return Float64Array.from(runs.rows(-Infinity, Infinity).subarray(-20_000), (row) => runs.timeOf(row));
}

function regularGrid(slots: Float64Array, period: number): Grid {
  const phase = mostFrequent(slots.map((slot) => slot % period)) ?? 0;
  const index = (instant: number): number => Math.floor((instant - phase) / period);
  return {
    period,
    count: (after, until) => Math.max(0, index(until) - index(after)),
    next: (instant) => (index(instant) + 1) * period + phase,
    slotAt: (instant) => index(instant) * period + phase,
  };
}

function gridOf(schedule: string): Grid | undefined {
  try {
    const { count, shortestStep, slotAfter, slotAt } = calendar(schedule);
    return { period: shortestStep, count, next: slotAfter, slotAt };
  } catch {
    return undefined;
  }
}

/**
 * The cadence of a log: the schedule of the start line in force. Without a readable schedule: the
 * distance and phase that most of its slots have. A log with one slot counts as one slot per minute.
 */
export function cadenceOf(log: Collected): Cadence {
  const { starts } = log;
  const slots = slotsOf(log);
  const period = mostFrequent(slots.subarray(1).map((slot, index) => slot - (slots[index] ?? slot))) ?? minute;
  const deduced = regularGrid(slots, period);
  const grids = new Map(starts.map(({ schedule }) => [schedule, gridOf(schedule) ?? deduced]));
  const [only = deduced] = grids.values();
  if (grids.size < 2) return only;
  const sections = sectionsOf(starts, grids, deduced);
  return { period: sections.at(-1)?.grid.period ?? period, ...inTurn(sections) };
}

/** A schedule, and the slot from which it counts: its slot at or before the start line, as in the client. */
interface Section {
  from: number;
  grid: Grid;
}

function sectionsOf(starts: Collected["starts"], grids: Map<string, Grid>, deduced: Grid): Section[] {
  const inOrder = starts.toSorted((a, b) => a.time - b.time);
  return inOrder.map(({ time, schedule }, index) => {
    const grid = grids.get(schedule) ?? deduced;
    return { from: index === 0 ? -Infinity : grid.slotAt(time), grid };
  });
}

/** Consecutive schedules. Each counts the slots of its own period. */
function inTurn(sections: Section[]): Pick<Cadence, "count" | "next"> {
  const latestFirst = sections.toReversed();
  return {
    count: (after, until) => {
      let [sum, end] = [0, until];
      for (const { from, grid } of latestFirst) {
        if (from > end) continue;
        const begin = Math.max(after, from - 1);
        if (begin < end) sum += grid.count(begin, end);
        end = begin;
        if (end <= after) break;
      }
      return sum;
    },
    next: (instant) => {
      const next = latestFirst.find(({ from }) => from <= instant)?.grid.next(instant) ?? Infinity;
      return sections.find(({ from }) => from > instant && from <= next)?.from ?? next;
    },
  };
}
