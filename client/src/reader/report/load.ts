import type { Screen } from "@analyze/common/screen";
import { maintenanceAt } from "../../log/maintenance.ts";
import { readLog } from "../read/log.ts";
import type { NamedLog } from "../read/options.ts";
import { ReadError } from "../read/read-error.ts";
import { newTally, type Tally } from "../read/tally.ts";
import { collect, newCollected, type Collected } from "./collect.ts";
import type { Live } from "./html/document.ts";
import { drawJson, drawPlacesJson } from "./json.ts";
import { together, type Place, type Together } from "./places.ts";
import { drawPlacesLine, drawPlacesText } from "./places-text.ts";
import { summarize, unknownLike, type Objective, type Report, type Scope } from "./summary.ts";
import { drawLine, drawText } from "./text.ts";
import { atMinute } from "./wording.ts";

/** The log is readable, but has no lines in the window. */
class NoLines extends ReadError {
  override name = "NoLines";
}

function whyNoLines({ future, hasBeginning }: Collected, { bad, firstBad }: Tally, { to }: Scope): string {
  const torn = bad > 0 ? `, and ${bad} that are torn or foreign (first: ${firstBad})` : "";
  const before = `has no lines before ${atMinute(to)} UTC`;
  if (future.lines > 0) return `${before}, but up to ${atMinute(future.latest)}${torn}`;
  return hasBeginning === undefined ? `has no lines yet${torn}` : before;
}

/**
 * Reads the log at `path`, its rotated files too, and reports on `scope`.
 * @throws ReadError, saying what to do, when there is no log or no line of it is in the window.
 */
async function loadReport(path: string, scope: Scope): Promise<Report> {
  const tally = newTally();
  const log = newCollected();
  for await (const lines of readLog(path, tally, scope.since)) for (const line of lines) collect(log, line, scope);
  const [problem] = tally.problems;
  if (problem && tally.lines === 0) throw new ReadError(`${problem.file} cannot be read: ${problem.why}`);
  if (log.begin === Infinity && tally.olderFiles === 0 && tally.skippedBytes === 0)
    throw new NoLines(`${path} ${whyNoLines(log, tally, scope)}`);
  const announced = await maintenanceAt(path, scope.now).catch(() => undefined);
  return { ...summarize(log, tally, scope), ...(announced && { announced }) };
}

/** The report on one log or several, in each output format. */
export interface Drawing {
  objective: Objective;
  json(): string;
  line(): string;
  text(screen: Screen): string;
  /** The page; with `live`, one that {@link Live} keeps up to date. */
  html(live?: Live): Promise<string>;
}

function drawingOf(report: Report): Drawing {
  return {
    objective: report.objective,
    json: () => drawJson(report),
    line: () => drawLine(report),
    text: (screen) => drawText(report, screen),
    html: async (live) => (await import("./html/page.ts")).drawHtml(report, live),
  };
}

function drawingOfPlaces(places: Place[], all: Together): Drawing {
  return {
    objective: all.objective,
    json: () => drawPlacesJson(places, all),
    line: () => drawPlacesLine(places, all),
    text: (screen) => drawPlacesText(places, all, screen),
    html: async (live) => (await import("./html/page.ts")).drawPlacesHtml(places, all, live),
  };
}

/** The reports of several places. A place without lines in the window is unknown, unless no place has any. */
async function loadPlaces(logs: NamedLog[], scope: Scope): Promise<Place[]> {
  const reports = await Promise.all(
    logs.map(({ path }) =>
      loadReport(path, scope).catch((error: unknown) => {
        if (error instanceof NoLines) return error;
        throw error;
      }),
    ),
  );
  const known = reports.find((report) => !(report instanceof NoLines));
  return logs.map(({ name, path }, index) => {
    const report = reports[index];
    if (report === undefined || report instanceof NoLines) {
      if (known === undefined || known instanceof NoLines) throw report ?? new ReadError(`${path} cannot be read`);
      return { name, report: unknownLike(known, scope, { file: path, why: report?.message ?? "" }) };
    }
    return { name, report };
  });
}

/**
 * Reads the logs. Resolves with the report on one, or with the combined report on several.
 * @throws ReadError, saying what to do, when none has a line in the window.
 */
export async function loadDrawing(logs: NamedLog[], scope: Scope): Promise<Drawing> {
  const [first, ...others] = logs;
  if (!first) throw new ReadError("Name a log with --log");
  if (others.length === 0) return drawingOf(await loadReport(first.path, scope));
  const places = await loadPlaces(logs, scope);
  return drawingOfPlaces(places, together(places, scope.slo));
}
