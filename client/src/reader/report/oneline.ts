import type { Report } from "./summary.ts";
import { certificate, inWords, percent, plural, stateSentence } from "./wording.ts";

/** The report in one line, for /etc/motd or a prompt. */
export function drawLine({ state, timeline, slots, availability, latency, certificateDays }: Report): string {
  const parts = [
    stateSentence(state, timeline.to),
    ...(state.fault ? [`fault at ${state.fault.hop}`] : []),
    `${percent(availability.ofDue)} of ${inWords(timeline.to - timeline.from)}`,
    ...(slots.planned > 0 ? [plural(slots.planned, "planned failure")] : []),
    ...(latency.ms ? [`p95 ${latency.ms.p95} ms`] : []),
    ...(certificateDays === undefined ? [] : [`certificate ${certificate(certificateDays)}`]),
  ];
  return `analyze: ${parts.join(" · ")}\n`;
}
