import type { Hop } from "../../line/index.ts";
import type { Run } from "./collect.ts";
import type { Outage } from "./outages.ts";
import type { Item, Timeline } from "./timeline.ts";

/** Does it work now, and since when (not). Instants in epoch milliseconds. */
export interface State {
  now: "up" | "down" | "unknown";
  since: number;
  /** It was so already when the window began. */
  sinceBefore: boolean;
  /** The latest run; undefined when the window has none. */
  last?: { time: number; kind: Run["kind"]; ms: number; hop: Hop; beat?: Run["beat"] };
  /** While it is down: of the outage's latest failure. */
  fault?: { hop: Hop; err: string | undefined; hint: string | undefined; failed: number };
  /** While it is unknown: why nothing is known. */
  why?: string[];
}

function lastRun(items: Item[]): Run | undefined {
  return items.findLast((item) => item.kind !== "hole");
}

/** The state at the end of a timeline. */
export function stateOf({ from, items }: Timeline, outages: Outage[]): State {
  const run = lastRun(items);
  const [first] = items;
  const isFirst = (time: number): boolean => first?.kind === "FAIL" && first.time === time;
  const beat = run?.beat && { beat: run.beat };
  const last = run && { last: { time: run.time, kind: run.kind, ms: run.ms, hop: run.hop, ...beat } };
  const end = items.at(-1);
  if (!run || end?.kind === "hole") {
    const hole = end?.kind === "hole" ? end : undefined;
    return { now: "unknown", since: hole?.from ?? from, sinceBefore: !run, why: hole?.why ?? ["empty"], ...last };
  }
  const outage = outages.at(-1);
  if (run.kind === "FAIL" && outage) {
    const { hop, err, hint } = run;
    const fault = { hop, err, hint, failed: outage.failed };
    return { now: "down", since: outage.from, sinceBefore: isFirst(outage.from), fault, ...last };
  }
  const firstRun = first?.kind === "hole" ? first.until : (first?.time ?? from);
  return { now: "up", since: outage?.until ?? firstRun, sinceBefore: outage === undefined, ...last };
}
