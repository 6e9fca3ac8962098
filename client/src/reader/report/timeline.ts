import { minute } from "@analyze/common/time";
import type { Cadence } from "./cadence.ts";
import type { Collected } from "./collect.ts";
import type { Run, Runs } from "./runs.ts";

/** Due slots without a result, between two runs or at either end of the window. */
export interface Hole {
  kind: "hole";
  /** The first slot without a run. */
  from: number;
  /** The run that ended it, or the end of the window. */
  until: number;
  slots: number;
  /** Reasons of the gap lines within; `stopped` or `silent` at the end of the log; else `unrecorded`. */
  why: string[];
}

export type Item = Run | Hole;

/** A half-open window [since, to) as of `now`, in epoch milliseconds: what is due at `to` belongs to the next one. */
export interface Window {
  since: number;
  to: number;
  now: number;
}

/** Every due slot of a window once, in order of time. Instants in epoch milliseconds. */
export interface Timeline {
  from: number;
  to: number;
  period: number;
  /** Slots due in (`after`, `until`]. */
  count: Cadence["count"];
  /** The log starts at `from`: earlier slots are unknown. */
  isBeginning: boolean;
  runs: Runs;
  rows: Uint32Array;
  holes: Hole[];
}

/** The line of a run may be written until the next minute. */
const writingTime = minute;

/** The reasons of the gap lines within a hole. Call it from the oldest hole to the newest. */
function gapReader({ gaps }: Collected): (from: number, until: number) => Set<string> {
  // A negative gap means repeated slots, not missed ones.
  const sorted = gaps.filter(({ slots }) => slots > 0).sort((a, b) => a.time - b.time);
  let next = 0;
  return (from, until) => {
    while ((sorted[next]?.time ?? from) < from) next++;
    const why = new Set<string>();
    for (let index = next; (sorted[index]?.from ?? until) < until; index++) why.add(sorted[index]?.why ?? "");
    return why;
  };
}

function endReason({ stop }: Collected, from: number): string {
  return stop && stop.time >= from - writingTime ? "stopped" : "silent";
}

/**
 * The slots due in a window: the log's runs and the holes between them. Where the log began later than `since`, the
 * window begins with the log, unless `hasOlder` lines were left unread.
 */
export function timelineOf(log: Collected, cadence: Cadence, { since, to, now }: Window, hasOlder: boolean): Timeline {
  const from = hasOlder ? since : Math.min(to, Math.max(since, log.begin));
  const rows = log.runs.rows(from, to);
  const holes: Hole[] = [];
  const reasons = gapReader(log);
  const addHole = (after: number, until: number, end: number, isLast: boolean): void => {
    const slots = cadence.count(after, until);
    if (slots === 0) return;
    const first = cadence.next(after);
    const why = reasons(first, end);
    if (isLast) why.add(endReason(log, first));
    holes.push({ kind: "hole", from: first, until: end, slots, why: why.size === 0 ? ["unrecorded"] : [...why] });
  };
  let last = from - 1;
  for (const row of rows) {
    const time = log.runs.timeOf(row);
    addHole(last, time - 1, time, false);
    last = time;
  }
  addHole(last, Math.min(to - 1, now - writingTime), to, true);
  const isBeginning = !hasOlder && log.begin >= since && log.hasBeginning === true;
  return { from, to, period: cadence.period, count: cadence.count, isBeginning, runs: log.runs, rows, holes };
}

/** The runs and holes of a timeline in order of time. Each is created on demand. */
export function* itemsOf({ runs, rows, holes }: Timeline): Generator<Item> {
  let next = 0;
  for (const row of rows) {
    for (let hole = holes[next]; hole && hole.from < runs.timeOf(row); hole = holes[++next]) yield hole;
    yield runs.at(row);
  }
  yield* holes.slice(next);
}
