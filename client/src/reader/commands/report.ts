import { screenOf } from "@analyze/common/screen";
import { type Command, InvalidArgumentError } from "commander";
import { writeFile } from "node:fs/promises";
import { readLog } from "../read/log.ts";
import { logOption } from "../read/options.ts";
import { print } from "../read/print.ts";
import { ReadError } from "../read/read-error.ts";
import { newTally } from "../read/tally.ts";
import { parseWindow } from "../read/when.ts";
import { collect, newCollected } from "../report/collect.ts";
import { drawJson } from "../report/json.ts";
import { drawLine } from "../report/oneline.ts";
import { summarize, type Question, type Report } from "../report/summary.ts";
import { drawText } from "../report/text.ts";
import { atMinute } from "../report/wording.ts";

interface Options {
  since?: string;
  until: string;
  slo: number;
  log: string;
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
  return summarize(log, tally, question);
}

/** 0: the objective is held; 1: it is broken; 2: it cannot be told. */
function exitCode({ objective }: Report): number {
  if (objective.held === undefined) return 2;
  return objective.held ? 0 : 1;
}

function draw(report: Report, { json, line }: Options, env: NodeJS.ProcessEnv): string {
  if (json) return drawJson(report);
  return line ? drawLine(report) : drawText(report, screenOf(process.stdout, env));
}

async function writePage(file: string, report: Report): Promise<void> {
  const { drawHtml } = await import("../report/html/page.ts");
  await writeFile(file, drawHtml(report)).catch((error: Error) => {
    throw new ReadError(`The page cannot be written: ${error.message}`);
  });
}

async function run(options: Options, env: NodeJS.ProcessEnv): Promise<void> {
  const question = { ...parseWindow(options, Date.now()), slo: options.slo };
  const report = await loadReport(options.log, question).catch(async (error: unknown) => {
    // A greeting at login shows what is printed, and not the errors.
    if (options.line && error instanceof ReadError) await print([`analyze: ${error.message}\n`], process.stdout);
    throw error;
  });
  if (options.html !== undefined) await writePage(options.html, report);
  await print([draw(report, options, env)], process.stdout);
  process.exitCode = exitCode(report);
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
    .addOption(logOption())
    .addHelpText("after", "\nExit code: 0 the objective is held, 1 it is broken, 2 it cannot be told, or wrong usage.")
    .action((options: Options) => run(options, env));
}
