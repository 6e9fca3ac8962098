import { screenOf, type Screen } from "@analyze/common/screen";
import { type Command, InvalidArgumentError } from "commander";
import { maintenanceAt } from "../../log/maintenance.ts";
import { readLog } from "../read/log.ts";
import { logsOption, namedLogs, type NamedLog } from "../read/options.ts";
import { print } from "../read/print.ts";
import { ReadError } from "../read/read-error.ts";
import { newTally } from "../read/tally.ts";
import { parseWindow } from "../read/when.ts";
import { collect, newCollected } from "../report/collect.ts";
import { drawJson, drawPlacesJson } from "../report/json.ts";
import { writePage } from "../report/html/write-page.ts";
import { summarize, type Objective, type Question, type Report } from "../report/summary.ts";
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

/**
 * Reads the log at `path`, its rotated files too, and answers `question`.
 * @throws ReadError, saying what to do, when there is no log or no line of it is in the window.
 */
async function loadReport(path: string, question: Question): Promise<Report> {
  const tally = newTally();
  const log = newCollected();
  for await (const lines of readLog(path, tally, question.since))
    for (const line of lines) collect(log, line, question);
  const [problem] = tally.problems;
  if (problem && tally.lines === 0) throw new ReadError(`${problem.file} cannot be read: ${problem.why}`);
  if (log.begin === Infinity && tally.olderFiles === 0 && tally.skippedBytes === 0) {
    const { lines, latest } = log.future;
    const bad = tally.bad > 0 ? `, and ${tally.bad} that are torn or foreign (first: ${tally.firstBad})` : "";
    if (lines > 0)
      throw new ReadError(
        `${path} has no lines before ${atMinute(question.to)} UTC, but up to ${atMinute(latest)}${bad}`,
      );
    if (log.hasBeginning === undefined) throw new ReadError(`${path} has no lines yet${bad}`);
    throw new ReadError(`${path} has no lines before ${atMinute(question.to)} UTC`);
  }
  const announced = await maintenanceAt(path, question.now).catch(() => undefined);
  return { ...summarize(log, tally, question), ...(announced && { announced }) };
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

async function load({ log, slo, ...options }: Options): Promise<Drawing> {
  const question = { ...parseWindow(options, Date.now()), slo };
  const [first, ...others] = namedLogs(log);
  const placeOf = async ({ name, path }: NamedLog): Promise<Place> => ({
    name,
    report: await loadReport(path, question),
  });
  if (!first) throw new ReadError("Name a log with --log");
  const place = await placeOf(first);
  if (others.length === 0) return drawingOf(place.report);
  const places = [place, ...(await Promise.all(others.map(placeOf)))];
  return drawingOfPlaces(places, together(places, slo));
}

async function run(options: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const drawing = await load(options).catch(async (error: unknown) => {
    // A greeting at login shows what is printed, and not the errors.
    if (options.line && error instanceof ReadError) await print([`analyze: ${error.message}\n`], process.stdout);
    throw error;
  });
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
    .description("whether it works, since when, and whose fault it is, from the log alone")
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
