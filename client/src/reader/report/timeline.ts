import type { Cadence } from "./cadence.ts";
import type { Collected, Run } from "./collect.ts";

/** Due slots of which nothing is known, between two runs or at either end of the window. */
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

/** Every due slot of a window once, in order of time. Instants in epoch milliseconds. */
export interface Timeline {
  from: number;
  to: number;
  period: number;
  items: Item[];
}

/** A run has until the next minute to be written. */
const writingTime = 60_000;

/** Tells the reasons of the gap lines within a hole; to be asked from the oldest hole to the youngest. */
function gapReader({ gaps }: Collected): (from: number, until: number) => Set<string> {
  // A negative one says that slots were run again, not that any was missed.
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
 * The slots due from `since` to `to`: the log's runs and the holes between them. Where the log began later than
 * `since`, the window begins with the log, unless `hasOlder` files were left unread.
 */
export function timelineOf(log: Collected, cadence: Cadence, since: number, to: number, hasOlder: boolean): Timeline {
  const from = hasOlder ? since : Math.max(since, log.begin);
  const items: Item[] = [];
  const reasons = gapReader(log);
  const addHole = (after: number, until: number, end: number, isLast: boolean): void => {
    const slots = cadence.count(after, until);
    if (slots === 0) return;
    const first = cadence.next(after);
    const why = reasons(first, end);
    if (isLast) why.add(endReason(log, first));
    items.push({ kind: "hole", from: first, until: end, slots, why: why.size === 0 ? ["unrecorded"] : [...why] });
  };
  let last = from - 1;
  const runs = [...log.runs.values()].filter(({ time }) => time >= from && time <= to);
  for (const run of runs.sort((a, b) => a.time - b.time)) {
    addHole(last, run.time - 1, run.time, false);
    items.push(run);
    last = run.time;
  }
  addHole(last, to - writingTime, to, true);
  return { from, to, period: cadence.period, items };
}
