import type { Tally } from "../read/tally.ts";
import { cadenceOf } from "./cadence.ts";
import type { Collected } from "./collect.ts";
import { latencyOf, type Percentiles, type Phase } from "./latency.ts";
import { objectiveOf, type Objective, type Slots } from "./objective.ts";
import { outagesOf, type Outage } from "./outages.ts";
import { stateOf, type State } from "./state.ts";
import { timelineOf, type Hole, type Timeline } from "./timeline.ts";

/** What is asked of a report: the window in epoch milliseconds and the objective in percent. */
export interface Question {
  since: number;
  to: number;
  slo: number;
}

/** All that a report says, before it is drawn. Instants in epoch milliseconds, shares from 0 to 1. */
export interface Report {
  /** The URL and schedule of the last start line, where one was read. */
  target?: string;
  schedule?: string;
  timeline: Timeline;
  state: State;
  slots: Slots;
  /** Good slots (ok and flaky) of the due ones, and of those that ran; undefined where there were none. */
  availability: { ofDue: number | undefined; ofRun: number | undefined };
  objective: Objective;
  outages: Outage[];
  gaps: Hole[];
  latency: Partial<Record<Phase, Percentiles>>;
  /** Whole days, at the window's end, until the edge's certificate expires. */
  certificateDays?: number;
  tally: Tally;
  repeated: number;
}

function countSlots({ items }: Timeline): Slots {
  const slots = { due: 0, ok: 0, flaky: 0, failed: 0, planned: 0, unknown: 0 };
  for (const item of items) {
    slots.due += item.kind === "hole" ? item.slots : 1;
    if (item.kind === "hole") slots.unknown += item.slots;
    else slots[item.kind === "FAIL" ? "failed" : item.kind]++;
  }
  return slots;
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

const day = 86_400_000;

function describe(
  { starts, certificate }: Collected,
  to: number,
): Pick<Report, "target" | "schedule" | "certificateDays"> {
  const start = starts.toSorted((a, b) => a.time - b.time).at(-1);
  const days = certificate && certificate.days - Math.floor((to - certificate.time) / day);
  return {
    ...(start && { target: start.url, schedule: start.schedule }),
    ...(days !== undefined && { certificateDays: days }),
  };
}

/** Answers `question` from a log that was collected whole. */
export function summarize(log: Collected, tally: Tally, { since, to, slo }: Question): Report {
  const runTimes = [...log.runs.keys()].sort((a, b) => a - b);
  const timeline = timelineOf(log, cadenceOf(log, runTimes), since, to, tally.olderFiles > 0);
  const slots = countSlots(timeline);
  const outages = outagesOf(timeline.items);
  const good = slots.ok + slots.flaky;
  return {
    ...describe(log, to),
    timeline,
    state: stateOf(timeline, outages),
    slots,
    availability: { ofDue: share(good, slots.due), ofRun: share(good, slots.due - slots.unknown) },
    objective: objectiveOf(slots, slo, timeline.period / 60_000),
    outages,
    gaps: timeline.items.filter((item) => item.kind === "hole"),
    latency: latencyOf(timeline.items.filter((item) => item.kind !== "hole")),
    tally,
    repeated: log.repeated,
  };
}
