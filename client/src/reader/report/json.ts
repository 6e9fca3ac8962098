import type { Maintenance, Outage } from "./account.ts";
import type { Incident, Place, Together } from "./places.ts";
import type { Report } from "./summary.ts";
import type { Hole } from "./timeline.ts";

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** A span with its instants as ISO 8601; `until` is null while it lasts. */
function spanJson({ from, until, ...rest }: Outage | Maintenance | Incident): object {
  return { from: iso(from), until: until === undefined ? null : iso(until), ...rest };
}

function gapJson({ from, until, slots, why }: Hole): object {
  return { from: iso(from), until: iso(until), slots, why };
}

/** The report for programs: times as ISO 8601, shares from 0 to 1, null for an unknown figure. */
function reportJson(report: Report): object {
  const { timeline, state, slots, availability, objective, future } = report;
  const { last } = state;
  return {
    target: report.target ?? null,
    schedule: report.schedule ?? null,
    window: { from: iso(timeline.from), to: iso(timeline.to), periodSeconds: timeline.period / 1000 },
    state: { ...state, since: iso(state.since), last: last ? { ...last, time: iso(last.time) } : null },
    slots,
    availability: { ofDue: availability.ofDue ?? null, ofRun: availability.ofRun ?? null },
    objective: { ...objective, held: objective.held ?? null },
    outages: report.outages.map(spanJson),
    maintenance: report.maintenance.map(spanJson),
    gaps: timeline.holes.map(gapJson),
    latencyMs: report.latency,
    certificateDays: report.certificateDays ?? null,
    log: {
      ...report.tally,
      repeatedSlots: report.repeated,
      future: future ? { lines: future.lines, latest: iso(future.latest) } : null,
    },
  };
}

/** The report on several places for programs: each by its name, and the combined result. */
export function drawPlacesJson(places: Place[], { from, to, period, incidents, objective, slots }: Together): string {
  const together = {
    window: { from: iso(from), to: iso(to), periodSeconds: period / 1000 },
    slots,
    objective: { ...objective, held: objective.held ?? null },
    incidents: incidents.map(spanJson),
  };
  const each = Object.fromEntries(places.map(({ name, report }) => [name, reportJson(report)]));
  return `${JSON.stringify({ together, places: each }, null, 2)}\n`;
}

/** {@link reportJson} as text. */
export function drawJson(report: Report): string {
  return `${JSON.stringify(reportJson(report), null, 2)}\n`;
}
