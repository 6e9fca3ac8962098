import type { Outage } from "./outages.ts";
import type { Report } from "./summary.ts";
import type { Hole } from "./timeline.ts";

function iso(time: number): string {
  return new Date(time).toISOString();
}

function outageJson({ from, until, ...rest }: Outage): object {
  return { from: iso(from), until: until === undefined ? null : iso(until), ...rest };
}

function gapJson({ from, until, slots, why }: Hole): object {
  return { from: iso(from), until: iso(until), slots, why };
}

/** The report for programs: times as ISO 8601, shares from 0 to 1, null where a figure cannot be told. */
export function drawJson(report: Report): string {
  const { timeline, state, slots, availability, objective, outages, gaps, latency, tally, repeated } = report;
  const { last } = state;
  return `${JSON.stringify(
    {
      target: report.target ?? null,
      schedule: report.schedule ?? null,
      window: { from: iso(timeline.from), to: iso(timeline.to), periodSeconds: timeline.period / 1000 },
      state: { ...state, since: iso(state.since), last: last ? { ...last, time: iso(last.time) } : null },
      slots,
      availability: { ofDue: availability.ofDue ?? null, ofRun: availability.ofRun ?? null },
      objective: { ...objective, held: objective.held ?? null },
      outages: outages.map(outageJson),
      gaps: gaps.map(gapJson),
      latencyMs: latency,
      certificateDays: report.certificateDays ?? null,
      log: { ...tally, repeatedSlots: repeated },
    },
    null,
    2,
  )}\n`;
}
