import { minute } from "@analyze/common/time";
import type { Hop } from "../../line/record.ts";
import type { Slots } from "./account.ts";
import { objectiveOf, type Objective, type Report } from "./summary.ts";
import { itemsOf } from "./timeline.ts";
import type { Run } from "./runs.ts";

/** A place from which the service is probed, and the report of its log. */
export interface Place {
  name: string;
  report: Report;
}

/**
 * The combined result of a slot: `partial` failed from some and was good from others, `down` failed from two or
 * more and was good from none, `unconfirmed` failed from the only place that knows, `planned` failed in maintenance.
 */
export const verdicts = ["ok", "partial", "down", "unconfirmed", "planned", "unknown"] as const;
type Verdict = (typeof verdicts)[number];

/** Consecutive slots with the same verdict from the same places. Instants in epoch milliseconds. */
export interface Incident {
  verdict: "partial" | "down" | "unconfirmed";
  from: number;
  /** The first slot after it; undefined while it lasts. */
  until?: number;
  slots: number;
  /** The places that saw the failure. */
  places: string[];
  /** Of its first failure. */
  hop: Hop;
  err: string | undefined;
}

/** The combined report of several logs of one service. */
export interface Together {
  from: number;
  to: number;
  /** Milliseconds that a slot stands for: the longest period of all places. */
  period: number;
  slots: Record<Verdict, number>;
  incidents: Incident[];
  /** Only slots that were down count as failed, not `partial` and `unconfirmed` ones. */
  objective: Objective;
}

/** The worst result of a place in a slot; 0 if none was due. */
const worst = { hole: 1, ok: 2, flaky: 2, planned: 3, FAIL: 4 };

interface View {
  name: string;
  worst: Uint8Array;
  failures: Map<number, Run>;
}

function viewOf({ name, report: { timeline } }: Place, origin: number, period: number, count: number): View {
  const view: View = { name, worst: new Uint8Array(count), failures: new Map() };
  const worsen = (slot: number, to: number): void => {
    view.worst[slot] = Math.max(view.worst[slot] ?? 0, to);
  };
  for (const item of itemsOf(timeline)) {
    if (item.kind === "hole") {
      const last = Math.floor((item.until - 1) / period) - origin;
      for (let slot = Math.floor(item.from / period) - origin; slot <= last; slot++) worsen(slot, worst.hole);
      continue;
    }
    const slot = Math.floor(item.time / period) - origin;
    worsen(slot, worst[item.kind]);
    if (item.kind === "FAIL" && !view.failures.has(slot)) view.failures.set(slot, item);
  }
  return view;
}

/** The verdict on a slot; undefined if none was due. */
function verdictOf(views: View[], slot: number): Verdict | undefined {
  const count = (of: number): number => views.filter((view) => view.worst[slot] === of).length;
  const [good, planned, failed] = [count(worst.ok), count(worst.planned), count(worst.FAIL)];
  if (count(0) === views.length) return undefined;
  if (failed > 0 && good > 0) return "partial";
  // Maintenance announced to one client applies to the service, so to all places.
  if (planned > 0 && good === 0) return "planned";
  if (failed > 0) return failed > 1 ? "down" : "unconfirmed";
  return good > 0 ? "ok" : "unknown";
}

/** Whether a slot continues an incident. */
function isSame(incident: Incident, verdict: Verdict, places: string[]): boolean {
  return incident.verdict === verdict && incident.places.join() === places.join();
}

function findIncidents(views: View[], found: (Verdict | undefined)[], timeOf: (slot: number) => number): Incident[] {
  const incidents: Incident[] = [];
  let open: Incident | undefined;
  for (const [slot, verdict] of found.entries()) {
    // An unknown slot does not end an incident.
    if (verdict === "unknown" || verdict === undefined) continue;
    const failing = views.filter((view) => view.failures.has(slot));
    const places = failing.map(({ name }) => name);
    if (open && !isSame(open, verdict, places)) {
      open.until = timeOf(slot);
      open = undefined;
    }
    const first = failing[0]?.failures.get(slot);
    if (verdict === "ok" || verdict === "planned" || !first) continue;
    if (!open) {
      open = { verdict, from: timeOf(slot), slots: 0, places, hop: first.hop, err: first.err };
      incidents.push(open);
    }
    open.slots++;
  }
  return incidents;
}

function slotsOf(slots: Record<Verdict, number>, due: number): Slots {
  const { partial, down, unconfirmed, planned, unknown } = slots;
  return { due, ok: slots.ok + partial, flaky: 0, failed: down, planned, unknown: unknown + unconfirmed };
}

/** Combines the reports of several places on the same window. `slo` in percent. */
export function together(places: Place[], slo: number): Together {
  const timelines = places.map(({ report }) => report.timeline);
  const period = Math.max(...timelines.map((timeline) => timeline.period));
  const from = Math.min(...timelines.map((timeline) => timeline.from));
  const to = Math.max(...timelines.map((timeline) => timeline.to));
  const origin = Math.floor(from / period);
  const end = Math.max(origin, ...timelines.map((timeline) => lastSlotEnd(timeline, period)));
  const views = places.map((place) => viewOf(place, origin, period, end - origin));
  const found = Array.from({ length: end - origin }, (_, slot) => verdictOf(views, slot));
  const slots = { ok: 0, partial: 0, down: 0, unconfirmed: 0, planned: 0, unknown: 0 };
  for (const verdict of found) if (verdict) slots[verdict]++;
  const due = found.filter((verdict) => verdict !== undefined).length;
  const objective = objectiveOf(slotsOf(slots, due), slo, period / minute);
  const incidents = findIncidents(views, found, (slot) => (origin + slot) * period);
  return { from, to, period, slots, incidents, objective };
}

/** The slot after the last one of a timeline that ran or was due, in periods since 1970. */
function lastSlotEnd({ runs, rows, holes }: Report["timeline"], period: number): number {
  const lastRun = rows.length === 0 ? -Infinity : runs.timeOf(rows.at(-1) ?? 0);
  const lastHole = (holes.at(-1)?.until ?? -Infinity) - 1;
  return Math.floor(Math.max(lastRun, lastHole) / period) + 1;
}
