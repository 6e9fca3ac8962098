import { day, minute } from "@analyze/common/time";
import { newTally, type Tally } from "../read/tally.ts";
import { accountOf, type Account, type Slots } from "./account.ts";
import { cadenceOf } from "./cadence.ts";
import { newCollected, type Collected } from "./collect.ts";
import { phases, type Phase } from "./runs.ts";
import { timelineOf, type Timeline, type Window } from "./timeline.ts";

/** The scope of a report: the window in epoch milliseconds and the objective in percent. */
export interface Scope extends Window {
  slo: number;
}

/** The state of a service level objective in a window. Minutes are negative once the budget is overspent. */
export interface Objective {
  /** Percent of the due slots that should be answered. */
  target: number;
  /** undefined: undecided, because it depends on the unknown slots. */
  held: boolean | undefined;
  budgetMinutes: number;
  spentMinutes: number;
  leftMinutes: number;
  /** Minutes per slot. */
  slotMinutes: number;
}

/** Nearest-rank percentiles: each is a time that was measured. Milliseconds. */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Good slots (ok and flaky) of the due ones, and of those that ran, planned ones apart; undefined without any. */
interface Availability {
  ofDue: number | undefined;
  ofRun: number | undefined;
}

/** The content of a report, before formatting. Instants in epoch milliseconds, shares from 0 to 1. */
export interface Report extends Account {
  /** The URL and schedule of the last start line, where one was read. */
  target?: string;
  schedule?: string;
  timeline: Timeline;
  availability: Availability;
  objective: Objective;
  latency: Partial<Record<Phase, Percentiles>>;
  /** Whole days, at the window's end, until the edge's certificate expires. */
  certificateDays?: number;
  tally: Tally;
  /** Repeated runs of a slot, after the clock was set back. The worst one counts. */
  repeated: number;
  /** Lines from the future, and the latest instant among them. */
  future?: { lines: number; latest: number };
  /** Maintenance that is announced now. The report shows it, in case it was forgotten. */
  announced?: { since: number; why: string };
}

/**
 * Compares failed slots with the budget that `target` percent leaves; planned slots do not count. Held only if it holds
 * with every unknown slot failed; broken only if it is broken with every unknown slot good.
 *
 */
export function objectiveOf({ due, failed, planned, unknown }: Slots, target: number, slotMinutes: number): Objective {
  const counted = due - planned;
  // In thousandths of a percent, so that 0.1 % of 1,000 is 1 and not 0.9999999.
  const budgetSlots = ((100_000 - Math.round(target * 1000)) * counted) / 100_000;
  const isKnown = failed > budgetSlots || failed + unknown <= budgetSlots;
  return {
    target,
    held: counted > 0 && isKnown ? failed <= budgetSlots : undefined,
    budgetMinutes: budgetSlots * slotMinutes,
    spentMinutes: failed * slotMinutes,
    leftMinutes: (budgetSlots - failed) * slotMinutes,
    slotMinutes,
  };
}

/** Percentiles of ascending values; undefined when there are none. */
export function percentiles(sorted: Int32Array): Percentiles | undefined {
  const rank = (share: number): number | undefined => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99, max] = [rank(0.5), rank(0.95), rank(0.99), rank(1)];
  if (p50 === undefined || p95 === undefined || p99 === undefined || max === undefined) return undefined;
  return { count: sorted.length, p50, p95, p99, max };
}

/** Percentiles per phase of the runs that succeeded; a phase that none of them reached is absent. */
function latencyOf({ runs, rows }: Timeline): Report["latency"] {
  const result: Report["latency"] = {};
  for (const phase of phases) {
    const found = percentiles(runs.sorted(rows, phase));
    if (found) result[phase] = found;
  }
  return result;
}

/** Good slots as shares; see {@link Availability}. */
function availabilityOf({ due, ok, flaky, planned, unknown }: Slots): Availability {
  const share = (whole: number): number | undefined => (whole === 0 ? undefined : (ok + flaky) / whole);
  return { ofDue: share(due - planned), ofRun: share(due - planned - unknown) };
}

function describe(
  { starts, certificate }: Collected,
  to: number,
): Pick<Report, "target" | "schedule" | "certificateDays"> {
  const inOrder = starts.toSorted((a, b) => a.time - b.time);
  const start = inOrder.findLast(({ time }) => time < to) ?? inOrder[0];
  const days = certificate && certificate.days - Math.floor((to - certificate.time) / day);
  return {
    ...(start && { target: start.url, schedule: start.schedule }),
    ...(days !== undefined && { certificateDays: days }),
  };
}

/** The report on `scope`, from a log that was collected whole. */
export function summarize(log: Collected, tally: Tally, { slo, ...window }: Scope): Report {
  const { to } = window;
  const hasOlder = tally.olderFiles > 0 || tally.skippedBytes > 0;
  const timeline = timelineOf(log, cadenceOf(log), window, hasOlder);
  const account = accountOf(timeline);
  return {
    ...describe(log, to),
    ...account,
    timeline,
    availability: availabilityOf(account.slots),
    objective: objectiveOf(account.slots, slo, timeline.period / minute),
    latency: latencyOf(timeline),
    tally,
    repeated: log.runs.repeated(timeline.from, to),
    ...(log.future.lines > 0 && { future: log.future }),
  };
}

/** The report of a place without lines, over the slots that were due by the schedule of another place. */
export function unknownLike(known: Report, scope: Scope, problem: Tally["problems"][number]): Report {
  const { target: url, schedule, timeline } = known;
  const starts = schedule === undefined ? [] : [{ time: scope.since, schedule, url: url ?? "" }];
  const log = { ...newCollected(), begin: timeline.from, starts };
  const report = summarize(log, { ...newTally(), problems: [problem] }, scope);
  return { ...report, timeline: { ...report.timeline, period: timeline.period } };
}
