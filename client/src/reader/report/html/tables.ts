import { html } from "hono/html";
import { phases, type Phase } from "../runs.ts";
import type { Report } from "../summary.ts";
import type { Together } from "../places.ts";
import { incidentLength, incidentPlaces } from "../places-text.ts";
import * as say from "../wording.ts";
import { markOf } from "../groups.ts";
import type { Markup, Measured } from "./chart.ts";

type Row = (string | number)[];

function rowOf([first = "", ...rest]: Row): Markup {
  return html`<tr>
    <th scope="row">${first}</th>
    ${rest.map((cell) => html`<td>${cell}</td>`)}
  </tr>`;
}

function table(caption: string, heads: string[], rows: Row[]): Markup {
  const columns = heads.map((head) => html`<th scope="col">${head}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns}
        </tr>
      </thead>
      <tbody>
        ${rows.map(rowOf)}
      </tbody>
    </table>
  </div>`;
}

const phaseNames: Record<Phase, string> = {
  dns: "name (dns)",
  tcp: "connection (tcp)",
  tls: "handshake (tls)",
  wait: "answer (wait)",
  ms: "total",
};

/** Percentiles per phase. */
export function latencyTable({ latency }: Report): Markup {
  const rows = phases.flatMap((phase) => {
    const found = latency[phase];
    return found ? [[phaseNames[phase], found.p50, found.p95, found.p99, found.max]] : [];
  });
  if (rows.length === 0) return html``;
  return table("Latency of good probes, ms", ["phase", "p50", "p95", "p99", "max"], rows);
}

/** All outages, latest first. */
export function outageTable(report: Report): Markup {
  if (report.outages.length === 0) return html`<p class="none">No outages in this window.</p>`;
  const rows = report.outages
    .toReversed()
    .map((outage) => [
      say.atMinute(outage.from),
      say.outageLength(outage, report),
      [outage.hop, ...outage.laterHops].join(", "),
      say.outageError(outage),
    ]);
  return table("Outages", ["from (UTC)", "length", "hop", "first error"], rows);
}

/** The incidents of several places, latest first. */
export function incidentTable(all: Together): Markup {
  if (all.incidents.length === 0) return html`<p class="none">No failures from any place in this window.</p>`;
  const rows = all.incidents
    .toReversed()
    .map((one) => [
      say.atMinute(one.from),
      incidentLength(one, all),
      incidentPlaces(one),
      one.hop,
      one.err ?? "no error recorded",
    ]);
  return table("Incidents", ["from (UTC)", "length", "from where", "hop", "first error"], rows);
}

/** All maintenance in which something failed, latest first; nothing where there is none. */
export function maintenanceTable(report: Report): Markup {
  if (report.maintenance.length === 0) return html``;
  const rows = report.maintenance
    .toReversed()
    .map((one) => [
      say.atMinute(one.from),
      say.maintenanceLength(one, report),
      say.plural(one.planned, "slot"),
      one.why,
    ]);
  return table("Planned maintenance", ["from (UTC)", "length", "failed", "why"], rows);
}

/** All gaps, latest first; nothing where there are none. */
export function gapTable({ timeline: { holes } }: Report): Markup {
  if (holes.length === 0) return html``;
  const rows = holes
    .toReversed()
    .map(({ from, slots, why }) => [say.atMinute(from), say.plural(slots, "slot"), say.holeReason(why)]);
  return table("Gaps: slots without a probe", ["from (UTC)", "slots", "why"], rows);
}

/** The data of the chart as a table, for screen readers. */
export function groupTable(measured: Measured[]): Markup {
  const rows = measured.map(({ group, latency }) => [
    say.atMinute(group.from),
    markOf(group),
    group.runs,
    group.failed,
    group.planned,
    group.unknown,
    latency?.p50 ?? "–",
    latency?.p95 ?? "–",
  ]);
  const heads = ["from (UTC)", "worst", "probes", "failed", "planned", "unknown", "p50 ms", "p95 ms"];
  return html`<details>
    <summary>The figures behind the chart</summary>
    ${table("Figures of the chart", heads, rows)}
  </details>`;
}
