import type { Hop } from "../../line/record.ts";
import type { Run } from "./runs.ts";
import { itemsOf, type Hole, type Timeline } from "./timeline.ts";

/** Due slots by result: due = ok + flaky + failed + planned + unknown. */
export interface Slots {
  due: number;
  ok: number;
  flaky: number;
  failed: number;
  planned: number;
  unknown: number;
}

/** Consecutive failed slots; unknown slots do not end it. Instants in epoch milliseconds. */
export interface Outage {
  from: number;
  /** The first slot after it that was good, or failed as planned; undefined while it lasts. */
  until?: number;
  failed: number;
  /** Unknown slots within it or directly after its last failure. */
  unknown: number;
  /** Of its first failure. */
  hop: Hop;
  err: string | undefined;
  hint: string | undefined;
  /** Other hops that failed later in it. */
  laterHops: Hop[];
}

/** Consecutive slots that failed in announced maintenance. Instants in epoch milliseconds. */
export interface Maintenance {
  from: number;
  /** The first slot after it that was good, or failed unplanned; undefined while it lasts. */
  until?: number;
  planned: number;
  why: string;
}

/** Whether the service works now, and since when. Instants in epoch milliseconds. */
export interface State {
  now: "up" | "down" | "planned" | "unknown";
  since: number;
  /** The state began before the window. */
  sinceBefore: boolean;
  /** The latest run; undefined when the window has none. */
  last?: { time: number; kind: Run["kind"]; ms: number; hop: Hop; beat?: Run["beat"] };
  /** While it is down, as planned or not: of the latest failure. */
  fault?: { hop: Hop; err: string | undefined; hint: string | undefined; failed: number };
  /** Why the state is unknown, or the reason of the maintenance. */
  why?: string[];
}

/** The result of a walk over a timeline. */
export interface Account {
  slots: Slots;
  outages: Outage[];
  maintenance: Maintenance[];
  state: State;
}

/** The outages and the maintenance, slot by slot. */
class Rows {
  readonly outages: Outage[] = [];
  readonly maintenance: Maintenance[] = [];
  #outage: Outage | undefined;
  #maintenance: Maintenance | undefined;

  addHole({ slots }: Hole): void {
    if (this.#outage) this.#outage.unknown += slots;
  }

  addRun(run: Run): void {
    if (run.kind !== "FAIL" && this.#outage) {
      this.#outage.until = run.time;
      this.#outage = undefined;
    }
    if ((run.kind !== "planned" || run.plan !== this.#maintenance?.why) && this.#maintenance) {
      this.#maintenance.until = run.time;
      this.#maintenance = undefined;
    }
    if (run.kind === "FAIL") this.#addFailure(run);
    if (run.kind === "planned") this.#addPlanned(run);
  }

  #addFailure({ time, hop, err, hint }: Run): void {
    if (!this.#outage) {
      this.#outage = { from: time, failed: 0, unknown: 0, hop, err, hint, laterHops: [] };
      this.outages.push(this.#outage);
    }
    this.#outage.failed++;
    if (hop !== this.#outage.hop && !this.#outage.laterHops.includes(hop)) this.#outage.laterHops.push(hop);
  }

  #addPlanned({ time, plan = "" }: Run): void {
    if (!this.#maintenance) {
      this.#maintenance = { from: time, planned: 0, why: plan };
      this.maintenance.push(this.#maintenance);
    }
    this.#maintenance.planned++;
  }
}

interface Ends {
  first: Run | Hole | undefined;
  end: Run | Hole | undefined;
  run: Run | undefined;
}

/** The state at the end of a timeline. */
function stateOf({ from, isBeginning }: Timeline, { first, end, run }: Ends, rows: Rows): State {
  const isFirst = (time: number): boolean =>
    !isBeginning && first !== undefined && first.kind !== "hole" && first.time === time;
  const beat = run?.beat && { beat: run.beat };
  const last = run && { last: { time: run.time, kind: run.kind, ms: run.ms, hop: run.hop, ...beat } };
  if (!run || end?.kind === "hole") {
    const hole = end?.kind === "hole" ? end : undefined;
    return { now: "unknown", since: hole?.from ?? from, sinceBefore: !run, why: hole?.why ?? ["empty"], ...last };
  }
  const { hop, err, hint } = run;
  const [outage, maintenance] = [rows.outages.at(-1), rows.maintenance.at(-1)];
  if (run.kind === "FAIL" && outage) {
    const fault = { hop, err, hint, failed: outage.failed };
    return { now: "down", since: outage.from, sinceBefore: isFirst(outage.from), fault, ...last };
  }
  if (run.kind === "planned" && maintenance) {
    const { from: since, planned: failed, why } = maintenance;
    const fault = { hop, err, hint, failed };
    return { now: "planned", since, sinceBefore: isFirst(since), fault, why: [why], ...last };
  }
  const ended = Math.max(outage?.until ?? -Infinity, maintenance?.until ?? -Infinity);
  if (ended !== -Infinity) return { now: "up", since: ended, sinceBefore: false, ...last };
  const firstRun = first?.kind === "hole" ? first.until : (first?.time ?? from);
  return { now: "up", since: firstRun, sinceBefore: !isBeginning, ...last };
}

/** Walks a timeline once. */
export function accountOf(timeline: Timeline): Account {
  const slots: Slots = { due: 0, ok: 0, flaky: 0, failed: 0, planned: 0, unknown: 0 };
  const rows = new Rows();
  const ends: Ends = { first: undefined, end: undefined, run: undefined };
  for (const item of itemsOf(timeline)) {
    ends.first ??= item;
    ends.end = item;
    slots.due += item.kind === "hole" ? item.slots : 1;
    if (item.kind === "hole") {
      slots.unknown += item.slots;
      rows.addHole(item);
    } else {
      ends.run = item;
      slots[item.kind === "FAIL" ? "failed" : item.kind]++;
      rows.addRun(item);
    }
  }
  const { outages, maintenance } = rows;
  return { slots, outages, maintenance, state: stateOf(timeline, ends, rows) };
}
