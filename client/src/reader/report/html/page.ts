import { html, raw } from "hono/html";
import { typed } from "../../../log/typed.ts";
import { groupSlots } from "../groups.ts";
import type { Report } from "../summary.ts";
import * as say from "../wording.ts";
import { drawDocument, liveLines, type Live } from "./document.ts";
import { latencyChart, measure, strip, timeAxis, type Markup, type Measured } from "./chart.ts";
import type { Place, Together } from "../places.ts";
import { placesSentence, placesSum } from "../places-text.ts";
import { gapTable, groupTable, incidentTable, latencyTable, maintenanceTable, outageTable } from "./tables.ts";

const words = { up: "Up", down: "Down", planned: "Down as planned", unknown: "Unknown" };

function fault({ state }: Report): Markup {
  const sentence = say.faultSentence(state);
  if (!sentence || !state.fault) return html``;
  const { err, hint } = state.fault;
  const rest = [err, hint].filter((text) => text !== undefined).map((text) => html`<p>${text}</p>`);
  return html`<div class="fault">
    <p><strong>Failing hop: ${sentence}</strong></p>
    ${rest} ${state.now === "planned" ? html`` : html`<p>Next: <code>${typed("doctor")}</code></p>`}
  </div>`;
}

function header(report: Report): Markup {
  const { state, timeline, target } = report;
  const sentence = say.stateSentence(state, timeline.to).replace(/^[A-Z ]+ (?=for)/, "");
  const last = state.last
    ? html`<p>Last probe ${say.atMinute(state.last.time)} UTC: ${state.last.kind}, ${state.last.ms} ms</p>`
    : html``;
  return html`<header class="${state.now}">
    <p class="target">${target ?? "analyze"}</p>
    <h1>${words[state.now]}</h1>
    <p>${sentence}</p>
    ${last}${fault(report)}
  </header>`;
}

function figure(name: string, value: string, rest: string): Markup {
  const more = rest.replaceAll(" %", "\u00A0%");
  return html`<div>
    <dt>${name}</dt>
    <dd><strong>${value}</strong><span>${more}</span></dd>
  </div>`;
}

function figures({ slots, availability, objective, latency, certificateDays }: Report): Markup {
  const { held, target, leftMinutes } = objective;
  const verdict = held === undefined ? "unclear" : held ? "held" : "broken";
  const budget = `${say.minutes(Math.abs(leftMinutes))} ${leftMinutes < 0 ? "over the" : "left of the"} error budget`;
  const { ms } = latency;
  return html`<dl class="figures">
    ${figure("Available", say.percent(availability.ofDue), `of ${slots.due} due; ${say.percent(availability.ofRun)} of those probed`)}
    ${figure(`Objective ${target} %`, verdict, budget)}
    ${figure("Latency, median", ms ? `${ms.p50} ms` : "unknown", ms ? `p95 ${ms.p95} ms, p99 ${ms.p99} ms` : "")}
    ${figure("Slots", `${slots.ok} ok`, say.slotSum(slots))}
    ${certificateDays === undefined ? html`` : figure("Certificate", say.plural(Math.abs(certificateDays), "day"), certificateDays < 0 ? "past expiry" : "left")}
  </dl>`;
}

function tipText({ group, latency }: Measured): string {
  const { from, runs, failed, planned, unknown, hops } = group;
  const at = [...hops].join(", ");
  return [
    `${say.atMinute(from)} UTC`,
    say.plural(runs, "probe"),
    ...(failed > 0 ? [`${failed} failed at ${at}`] : []),
    ...(planned > 0 ? [`${planned} failed as planned`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(latency ? [`median ${latency.p50} ms, p95 ${latency.p95} ms`] : []),
  ].join("\n");
}

/** `id` makes the element IDs unique within a page. */
function chart(report: Report, id = ""): Markup {
  const groups = groupSlots(report.timeline, 120);
  const measured = measure(groups);
  const data = JSON.stringify(measured.map(tipText)).replaceAll("<", "\\u003c");
  const legend = ["ok", "flaky", "failed", "planned", "unknown"].map(
    (mark) => html`<span><i class="${mark}"></i>${mark}</span>`,
  );
  return html`<section>
    <h2>Latency, ms, and every slot: one mark is ${say.inWords(groups.width)}</h2>
    <div class="chart" tabindex="0" role="group" aria-label="Chart; arrow keys read it mark by mark">
      ${latencyChart(measured, `c${id}`)}${strip(measured, `s${id}`)}${timeAxis(groups)}
      <div class="cursor" hidden></div>
      <div class="tip" aria-live="polite" hidden></div>
    </div>
    <p class="legend">
      <span><i class="curve"></i>median</span><span><i class="range"></i>up to p95</span>${legend}
    </p>
    ${groupTable(measured)} ${raw(`<script type="application/json">${data}</script>`)}
  </section>`;
}

function footer(report: Report): Markup {
  const { timeline } = report;
  return html`<footer>
    ${say.notes(report).map((note) => html`<p>${note}</p>`)}
    <p>
      From ${say.atMinute(timeline.from)} to ${say.atMinute(timeline.to)}, ${say.cadence(report)}. All times are UTC.
    </p>
    <p>
      Flaky: the second attempt was answered; it counts as available. Planned: failed in announced maintenance; it does
      not count. Unknown: due, but without a result.
    </p>
  </footer>`;
}

/** The report as one self-contained HTML document. Its Content-Security-Policy allows no request unless it is `live`. */
export function drawHtml(report: Report, live?: Live): Promise<string> {
  const title = `${words[report.state.now]}: ${report.target ?? "analyze"}`;
  return drawDocument(
    title,
    html`${header(report)}
      <main>
        ${figures(report)} ${chart(report)} ${liveLines(live)}
        <section class="rows">${outageTable(report)}</section>
        <section class="rows">${maintenanceTable(report)}</section>
        <section class="rows">${gapTable(report)}</section>
        <section class="numbers">${latencyTable(report)}</section>
      </main>
      ${footer(report)}`,
    live,
  );
}

/** The report on several places as one document: the combined result, then each place. */
export function drawPlacesHtml(places: Place[], all: Together, live?: Live): Promise<string> {
  const sentence = placesSentence(places);
  const target = places.find(({ report }) => report.target !== undefined)?.report.target ?? "analyze";
  const isDown = places.every(({ report }) => report.state.now === "down");
  const each = places.map(
    ({ name, report }, index) =>
      html`<section>
        <h2>${name}: ${say.stateSentence(report.state, report.timeline.to)}</h2>
        ${figures(report)} ${chart(report, String(index))}
        <section class="rows">${outageTable(report)}</section>
      </section>`,
  );
  return drawDocument(
    sentence,
    html`<header class="${isDown ? "down" : "up"}">
        <p class="target">${target}</p>
        <h1>${sentence}</h1>
        <p>${placesSum(all)}</p>
        <p>${say.objectiveSentence(all.objective)}</p>
      </header>
      <main>
        <section class="rows">${incidentTable(all)}</section>
        ${each} ${liveLines(live)}
      </main>`,
    live,
  );
}

/** A live page that says why there is no report yet. */
export function drawNothing(why: string, live: Live): Promise<string> {
  return drawDocument(
    "Unknown: analyze",
    html`<header class="unknown">
        <h1>${words.unknown}</h1>
        <p>${why}</p>
      </header>
      <main>${liveLines(live)}</main>`,
    live,
  );
}
