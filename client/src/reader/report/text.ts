import { day } from "@analyze/common/time";
import { paint, type Colour, type Screen } from "@analyze/common/screen";
import { typed } from "../../log/typed.ts";
import type { State } from "./account.ts";
import { groupSlots, markOf, type Group, type Mark } from "./groups.ts";
import { phases, type Phase } from "./runs.ts";
import type { Report } from "./summary.ts";
import * as say from "./wording.ts";

const marks: Record<Mark, { block: string; plain: string; colour: Colour }> = {
  ok: { block: "▂", plain: ".", colour: "green" },
  flaky: { block: "▄", plain: "~", colour: "yellow" },
  failed: { block: "█", plain: "X", colour: "red" },
  planned: { block: "▒", plain: "=", colour: "blue" },
  unknown: { block: "░", plain: "?", colour: "magenta" },
  none: { block: " ", plain: " ", colour: "dim" },
};
const stateColours: Record<State["now"], Colour> = { up: "green", down: "red", planned: "blue", unknown: "magenta" };
const shownRows = 10;

/** A row of the report: label and figures. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(14)}${text}`;
}

function stateLines({ state, timeline }: Report, screen: Screen): string[] {
  const lines = [paint(screen, stateColours[state.now], paint(screen, "bold", say.stateSentence(state, timeline.to)))];
  const fault = say.faultSentence(state);
  if (fault) lines.push(labelled("failing hop", paint(screen, "bold", fault)));
  if (state.fault?.err) lines.push(labelled("error", state.fault.err));
  if (state.fault?.hint) lines.push(labelled("hint", state.fault.hint));
  if (state.now === "down" || state.now === "unknown") lines.push(labelled("next", typed("doctor")));
  if (state.last) {
    const { time, kind, ms, hop, beat } = state.last;
    const heartbeat = beat === "failed" ? ", heartbeat failing" : "";
    lines.push(
      labelled(
        "last probe",
        `${say.atMinute(time)} UTC, ${kind}${kind === "ok" ? "" : ` at ${hop}`}, ${ms} ms${heartbeat}`,
      ),
    );
  }
  return lines;
}

/** Times under the strip: at groups that start a day or an hour, as far as there is room. */
function axis(groups: Group[], width: number): string {
  const isDaily = groups.length * width > 3 * day;
  const step = isDaily ? day : day / 24;
  let line = "";
  for (const [index, { from }] of groups.entries()) {
    const label = say.atMinute(from).slice(isDaily ? 5 : 11, isDaily ? 10 : 16);
    const hasRoom = index === 0 || (line.length + 3 <= index && index + label.length <= groups.length);
    if (hasRoom && (index === 0 || from % step < width)) line = line.padEnd(index) + label;
  }
  return line;
}

/** The strip of one mark per group of slots, the times under it, and its legend. */
export function stripOf({ timeline, slots }: Report, screen: Screen): { marks: string; axis: string; legend: string } {
  const { groups, width } = groupSlots(timeline, Math.max(10, screen.width - 2));
  const draw = (mark: Mark): string =>
    paint(screen, marks[mark].colour, marks[mark][screen.blocks ? "block" : "plain"]);
  const shown = (["ok", "flaky", "failed", "planned", "unknown"] as const).filter(
    (mark) => mark !== "planned" || slots.planned > 0,
  );
  const legend = shown.map((mark) => `${draw(mark)} ${mark}`);
  return {
    marks: groups.map((group) => draw(markOf(group))).join(""),
    axis: paint(screen, "dim", axis(groups, width)),
    legend: `${legend.join("   ")}   ${paint(screen, "dim", `one mark is ${say.inWords(width)}, its worst slot`)}`,
  };
}

function figureLines({ slots, availability, objective, certificateDays }: Report): string[] {
  const lines = [
    labelled("slots", say.slotSum(slots)),
    labelled("availability", `${say.percent(availability.ofDue)} of due, ${say.percent(availability.ofRun)} of probed`),
    labelled("objective", say.objectiveSentence(objective)),
  ];
  if (certificateDays !== undefined) lines.push(labelled("certificate", say.certificate(certificateDays)));
  return lines;
}

/** A table under an empty line: each column as wide as its widest cell, and only the latest rows. */
export function table(heads: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const shown = [heads, ...rows.slice(-shownRows)];
  const widths = heads.map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const lines = shown.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const earlier = rows.length - shownRows;
  if (earlier > 0) lines.splice(1, 0, `… ${earlier} earlier ones: see --json or --html`);
  return ["", ...lines.map((line) => line.trimEnd())];
}

function outageLines(report: Report): string[] {
  if (report.outages.length === 0) return [labelled("outages", "none")];
  const rows = report.outages.map((outage) => [
    say.atMinute(outage.from),
    say.outageLength(outage, report),
    [outage.hop, ...outage.laterHops].join(","),
    say.outageError(outage),
  ]);
  return table(["outages (UTC)", "length", "hop", "first error"], rows);
}

function maintenanceLines(report: Report): string[] {
  const rows = report.maintenance.map((one) => [
    say.atMinute(one.from),
    say.maintenanceLength(one, report),
    say.plural(one.planned, "slot"),
    one.why,
  ]);
  return table(["maintenance (UTC)", "length", "failed", "why"], rows);
}

function gapLines({ timeline }: Report): string[] {
  const rows = timeline.holes.map(({ from, slots, why }) => [
    say.atMinute(from),
    say.plural(slots, "slot"),
    say.holeReason(why),
  ]);
  return table(["gaps (UTC)", "unknown", "why"], rows);
}

const phaseNames: Record<Phase, string> = { dns: "dns", tcp: "tcp", tls: "tls", wait: "wait", ms: "total" };

function latencyLines({ latency }: Report): string[] {
  const rows = phases.flatMap((phase) => {
    const found = latency[phase];
    if (!found) return [];
    const numbers = [found.p50, found.p95, found.p99, found.max].map((value) => String(value).padStart(7));
    return [`${phaseNames[phase].padEnd(14)}${numbers.join("")}`];
  });
  return rows.length === 0 ? [] : ["", `${"latency, ms".padEnd(14)}    p50    p95    p99    max`, ...rows];
}

/** The report for a terminal, or for a file or mail where `screen` has neither colour nor blocks. */
export function drawText(report: Report, screen: Screen): string {
  const { timeline, target } = report;
  const span = `${say.inWords(timeline.to - timeline.from)} to ${say.atMinute(timeline.to)} UTC, ${say.cadence(report)}`;
  const strip = stripOf(report, screen);
  const lines = [
    ...stateLines(report, screen),
    "",
    target === undefined ? span : `${target}: ${span}`,
    strip.marks,
    strip.axis,
    strip.legend,
    "",
    ...figureLines(report),
    ...outageLines(report),
    ...maintenanceLines(report),
    ...gapLines(report),
    ...latencyLines(report),
  ];
  const notes = say.notes(report).map((note) => labelled("note", note));
  if (notes.length > 0) lines.push("", ...notes);
  return `${lines.join("\n")}\n`;
}

/** The report in one line, for /etc/motd or a prompt. */
export function drawLine(report: Report): string {
  const { state, timeline, slots, availability, latency, certificateDays, announced, tally } = report;
  const parts = [
    say.stateSentence(state, timeline.to),
    ...(state.fault ? [`fault at ${state.fault.hop}`] : []),
    `${say.percent(availability.ofDue)} of ${say.inWords(timeline.to - timeline.from)}`,
    ...(announced ? ["maintenance announced"] : []),
    ...(tally.problems.length > 0 ? [`${say.plural(tally.problems.length, "file")} of the log not read`] : []),
    ...(slots.planned > 0 ? [say.plural(slots.planned, "planned failure")] : []),
    ...(latency.ms ? [`p95 ${latency.ms.p95} ms`] : []),
    ...(certificateDays === undefined ? [] : [`certificate ${say.certificate(certificateDays)}`]),
  ];
  return `analyze: ${parts.join(" · ")}\n`;
}
