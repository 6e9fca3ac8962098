import { day, second } from "@analyze/common/time";
import { parse } from "node-cron";

/** When slots are due: a cron expression, read in UTC. Instants are epoch milliseconds. */
export interface Calendar {
  /** The latest slot at or before `instant`. */
  slotAt(instant: number): number;
  /** The first slot after `instant`. */
  slotAfter(instant: number): number;
  /** Number of slots in (`after`, `until`]; 0 if `until` is not later. */
  count(after: number, until: number): number;
  /** Milliseconds between the two nearest slots of a day. */
  shortestStep: number;
}

/** A cron expression that cannot be used; the message says which field and why. */
class CalendarError extends Error {
  override name = "CalendarError";
}

interface Fields {
  /** Milliseconds since midnight of a day's slots, ascending, never empty. */
  times: number[];
  matches(dayStart: number): boolean;
}

function numbers(field: (number | string)[]): Set<number> {
  return new Set(
    field.map((value) => {
      if (typeof value === "number") return value;
      throw new CalendarError(`"${value}" is not supported: use numbers, lists, ranges and steps for days`);
    }),
  );
}

/** Number of values that a field can have, the last five fields of an expression from the right. */
const sizes = [7, 12, 31, 24, 60, 60];

/** Throws for expressions that node-cron accepts but reads differently than intended. */
function refuseSurprises(expression: string): void {
  const fields = expression.trim().split(/\s+/).toReversed();
  for (const [index, field] of fields.entries()) {
    for (const item of field.split(",")) {
      const [, from, to] = /^(\d+)-(\d+)/.exec(item) ?? [];
      if (Number(from) > Number(to)) throw new CalendarError(`"${item}" runs backwards: use a list or two ranges`);
      const step = Number(/\/(\d+)$/.exec(item)?.[1] ?? 1);
      const size = sizes[index] ?? step;
      if (step > size) throw new CalendarError(`"${item}" has a step above ${size}, so it would be due only once`);
    }
  }
}

function read(expression: string): Fields {
  refuseSurprises(expression);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(expression);
  } catch (error) {
    throw new CalendarError(error instanceof Error ? error.message : String(error));
  }
  const [days, months, weekdays] = [parsed.dayOfMonth, parsed.month, parsed.dayOfWeek].map(numbers);
  const times = parsed.hour.flatMap((h) =>
    parsed.minute.flatMap((m) => parsed.second.map((s) => h * 3600 + m * 60 + s)),
  );
  return {
    times: times.sort((a, b) => a - b).map((offset) => offset * second),
    matches: (start) => {
      const date = new Date(start);
      return Boolean(
        days?.has(date.getUTCDate()) && months?.has(date.getUTCMonth() + 1) && weekdays?.has(date.getUTCDay()),
      );
    },
  };
}

function startOfDay(instant: number): number {
  return Math.floor(instant / day) * day;
}

/** Number of `times` that are at or before `offset` (binary search). */
function reached(times: number[], offset: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const longestSearch = 366 * 8 * day;

/**
 * Reads a cron expression of five fields, or six with seconds first. Throws {@link CalendarError} if it is not
 * valid, or not due within eight years.
 */
export function calendar(expression: string): Calendar {
  const { times, matches } = read(expression);

  function find(instant: number, step: 1 | -1): number {
    const origin = startOfDay(instant);
    for (let start = origin; Math.abs(start - origin) <= longestSearch; start += step * day) {
      if (!matches(start)) continue;
      const index = start === origin ? reached(times, instant - start) : step > 0 ? 0 : times.length;
      const offset = times[step > 0 ? index : index - 1];
      if (offset !== undefined) return start + offset;
    }
    throw new CalendarError(`"${expression}" is not due within eight years`);
  }

  find(0, 1);
  const steps = times.map((time, index) => (times[index + 1] ?? day + (times[0] ?? 0)) - time);
  return {
    shortestStep: steps.reduce((a, b) => Math.min(a, b)),
    slotAt: (instant) => find(instant, -1),
    slotAfter: (instant) => find(instant, 1),
    count: (after, until) => {
      if (until <= after) return 0;
      let sum = 0;
      for (let start = startOfDay(after); start <= until; start += day) {
        if (matches(start)) sum += reached(times, until - start) - reached(times, after - start);
      }
      return sum;
    },
  };
}
