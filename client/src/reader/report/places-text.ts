import { paint, type Screen } from "@analyze/common/screen";
import { verdicts, type Incident, type Place, type Together } from "./places.ts";
import { stripOf, table, labelled } from "./text.ts";
import * as say from "./wording.ts";

function names(places: Place[], now: string): string[] {
  return places.filter(({ report }) => report.state.now === now).map(({ name }) => name);
}

/** The state seen from all places, in one sentence. */
export function placesSentence(places: Place[]): string {
  const [up, down, planned, unknown] = ["up", "down", "planned", "unknown"].map((now) => names(places, now).join(", "));
  const rest = unknown === "" ? "" : `; no data from ${unknown}`;
  if (down && up) return `DOWN from ${down}, UP from ${up}: a network path or a part of the service fails${rest}`;
  if (planned && !up) return `DOWN AS PLANNED from ${[planned, down].filter(Boolean).join(", ")}${rest}`;
  if (down) return `DOWN from ${names(places, "down").length > 1 ? "everywhere: " : ""}${down}${rest}`;
  if (up) return `UP from ${up}${planned ? `, DOWN AS PLANNED from ${planned}` : ""}${rest}`;
  return `UNKNOWN: no data from ${unknown}`;
}

const meanings = {
  ok: "up",
  partial: "down from some places",
  down: "down",
  unconfirmed: "failed, unconfirmed",
  planned: "planned",
  unknown: "unknown",
};

/** The results of the slots, seen from all places. */
export function placesSum({ slots }: Together): string {
  const due = Object.values(slots).reduce((sum, count) => sum + count, 0);
  const shown = verdicts.filter((verdict) => slots[verdict] > 0 || verdict === "ok" || verdict === "down");
  return `${due} due = ${shown.map((verdict) => `${slots[verdict]} ${meanings[verdict]}`).join(" + ")}`;
}

/** An incident in words: the places that saw it. */
export function incidentPlaces({ verdict, places }: Incident): string {
  if (verdict === "down") return `down: ${places.join(", ")}`;
  if (verdict === "partial") return `down from ${places.join(", ")} only`;
  return `failed from ${places.join(", ")}, no data from elsewhere`;
}

/** From its first slot to the slot that ended it, or to the end of the window. */
export function incidentLength({ from, until }: Incident, { to }: Together): string {
  return `${say.inWords((until ?? to) - from)}${until === undefined ? ", ongoing" : ""}`;
}

/** The report on several places for a terminal. */
export function drawPlacesText(places: Place[], all: Together, screen: Screen): string {
  const width = Math.max(...places.map(({ name }) => name.length)) + 2;
  const strips = places.map(({ report }) => stripOf(report, { ...screen, width: screen.width - width }));
  const rows = all.incidents.map((one) => [
    say.atMinute(one.from),
    incidentLength(one, all),
    incidentPlaces(one),
    one.hop,
    one.err ?? "no error recorded",
  ]);
  const notes = places.flatMap(({ name, report }) =>
    say.notes(report).map((note) => labelled("note", `${name}: ${note}`)),
  );
  return [
    paint(screen, "bold", placesSentence(places)),
    ...places.map(
      ({ name, report: { state, timeline } }) => `${name.padEnd(width)}${say.stateSentence(state, timeline.to)}`,
    ),
    "",
    `${say.inWords(all.to - all.from)} to ${say.atMinute(all.to)} UTC, a slot every ${say.inWords(all.period)}`,
    ...places.map(({ name }, index) => `${name.padEnd(width)}${strips[index]?.marks ?? ""}`),
    `${" ".repeat(width)}${strips[0]?.legend ?? ""}`,
    "",
    labelled("slots", placesSum(all)),
    labelled("objective", say.objectiveSentence(all.objective)),
    ...places.map(({ name, report: { availability, latency } }) =>
      labelled(name, `${say.percent(availability.ofDue)} of due${latency.ms ? `, p95 ${latency.ms.p95} ms` : ""}`),
    ),
    ...(rows.length === 0
      ? [labelled("incidents", "none")]
      : table(["incidents (UTC)", "length", "from where", "hop", "first error"], rows)),
    ...(notes.length > 0 ? ["", ...notes] : []),
    "",
  ].join("\n");
}

/** The report on several places in one line. */
export function drawPlacesLine(places: Place[], all: Together): string {
  const { partial, down } = all.slots;
  const unread = places.filter(({ report }) => report.tally.problems.length > 0).map(({ name }) => name);
  const note = unread.length === 0 ? "" : ` · not read to its end: ${unread.join(", ")}`;
  return `analyze: ${placesSentence(places)} · ${down} down, ${partial} down from some places in ${say.inWords(all.to - all.from)}${note}\n`;
}
