import { screenOf, type Screen } from "@analyze/common/screen";
import { type Command, InvalidArgumentError } from "commander";
import { maintenanceAt } from "../../log/maintenance.ts";
import { readLog } from "../read/log.ts";
import { logsOption, namedLogs, type NamedLog } from "../read/options.ts";
import { print } from "../read/print.ts";
import { ReadError } from "../read/read-error.ts";
import { newTally, type Tally } from "../read/tally.ts";
import { parseWindow } from "../read/when.ts";
import { collect, newCollected, type Collected } from "../report/collect.ts";
import { drawJson, drawPlacesJson } from "../report/json.ts";
import { writePage } from "../report/html/write-page.ts";
import { summarize, unknownLike, type Objective, type Scope, type Report } from "../report/summary.ts";
import { together, type Place, type Together } from "../report/places.ts";
import { drawPlacesLine, drawPlacesText } from "../report/places-text.ts";
import { drawLine, drawText } from "../report/text.ts";
import { atMinute } from "../report/wording.ts";

interface Options {
  since?: string;
  until: string;
  slo: number;
  log?: string[];
  json?: boolean;
  line?: boolean;
  html?: string;
}

function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("Give a percentage from 0 to 100, such as 99.9.");
}

/** The log can be read, and says nothing of the window. */
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

/** 0: the objective is held; 1: it is broken; 2: it cannot be told. */
function exitCode({ held }: Objective): number {
  if (held === undefined) return 2;
  return held ? 0 : 1;
}

/** What is drawn of one log, or of several. */
interface Drawing {
  objective: Objective;
  json(): string;
  line(): string;
  text(screen: Screen): string;
  html(): Promise<string>;
}

function drawingOf(report: Report): Drawing {
  return {
    objective: report.objective,
    json: () => drawJson(report),
    line: () => drawLine(report),
    text: (screen) => drawText(report, screen),
    html: async () => (await import("../report/html/page.ts")).drawHtml(report),
  };
}

function drawingOfPlaces(places: Place[], all: Together): Drawing {
  return {
    objective: all.objective,
    json: () => drawPlacesJson(places, all),
    line: () => drawPlacesLine(places, all),
    text: (screen) => drawPlacesText(places, all, screen),
    html: async () => (await import("../report/html/page.ts")).drawPlacesHtml(places, all),
  };
}

/** The reports of several places; one whose log says nothing of the window is unknown, unless that is true of all. */
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

async function load({ log, slo, ...options }: Options): Promise<Drawing> {
  const scope = { ...parseWindow(options, Date.now()), slo };
  const [first, ...others] = namedLogs(log);
  if (!first) throw new ReadError("Name a log with --log");
  if (others.length === 0) return drawingOf(await loadReport(first.path, scope));
  const places = await loadPlaces([first, ...others], scope);
  return drawingOfPlaces(places, together(places, slo));
}

/** With --line the error is the line: a greeting at login shows stdout alone. */
async function failedLine(error: unknown): Promise<undefined> {
  if (!(error instanceof ReadError)) throw error;
  await print([`analyze: ${error.message}\n`], process.stdout);
  process.exitCode = error.exitCode;
  return undefined;
}

async function run(options: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const loading = load(options);
  const drawing = await (options.line ? loading.catch(failedLine) : loading);
  if (drawing === undefined) return;
  if (options.html !== undefined) {
    const logs = namedLogs(options.log).map(({ path }) => path);
    await writePage(options.html, await drawing.html(), logs);
  }
  const short = options.json ? drawing.json() : options.line ? drawing.line() : undefined;
  await print([short ?? drawing.text(screenOf(process.stdout, env))], process.stdout);
  process.exitCode = exitCode(drawing.objective);
}

/** Adds `analyze report`: what the log says, offline. */
export function addReport(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command("report")
    .description("whether it works, since when, and which hop fails, from the log alone")
    .option("--since <when>", "how long ago (90min, 24h, 30d) or a date, UTC (default: 24h before --until)")
    .option("--until <when>", "the same; what is due at this instant is not in the window", "now")
    .option("--slo <percent>", "share of the due slots that should be answered", percentage, 99.9)
    .option("--json", "for programs")
    .option("--line", "one line, for /etc/motd or a prompt")
    .option("--html <file>", "write one file with charts, to look at in a browser")
    .addOption(logsOption())
    .addHelpText("after", "\nExit code: 0 the objective is held, 1 it is broken, 2 it cannot be told, or wrong usage.")
    .action((options: Options) => run(options, env));
}
