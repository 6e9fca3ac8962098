import { screenOf } from "@analyze/common/screen";
import type { Command } from "commander";
import { logsOption, namedLogs, sloOption } from "../read/options.ts";
import { print } from "../read/print.ts";
import { ReadError } from "../read/read-error.ts";
import { parseWindow } from "../read/when.ts";
import { writePage } from "../report/html/write-page.ts";
import { loadDrawing, type Drawing } from "../report/load.ts";
import type { Objective } from "../report/summary.ts";

interface Options {
  since?: string;
  until: string;
  slo: number;
  log?: string[];
  json?: boolean;
  line?: boolean;
  html?: string;
}

/** 0: the objective is held; 1: broken; 2: undecided. */
function exitCode({ held }: Objective): number {
  if (held === undefined) return 2;
  return held ? 0 : 1;
}

/** With --line the error is the line: a login message shows only stdout. */
async function failedLine(error: unknown): Promise<undefined> {
  if (!(error instanceof ReadError)) throw error;
  await print([`analyze: ${error.message}\n`], process.stdout);
  process.exitCode = error.exitCode;
  return undefined;
}

async function load({ log, slo, ...window }: Options): Promise<Drawing> {
  return loadDrawing(namedLogs(log), { ...parseWindow(window, Date.now()), slo });
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

/** Adds `analyze report`, which reads only the log. */
export function addReport(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command("report")
    .description("from the log: whether the service works, since when, and which hop fails")
    .option("--since <when>", "how long ago (90min, 24h, 30d) or a date, UTC (default: 24h before --until)")
    .option("--until <when>", "the same; a slot due at this instant is not in the window", "now")
    .addOption(sloOption())
    .option("--json", "for programs")
    .option("--line", "one line, for /etc/motd or a prompt")
    .option("--html <file>", "write one page with charts")
    .addOption(logsOption())
    .addHelpText("after", "\nExit code: 0 the objective is held, 1 it is broken, 2 undecided, or wrong usage.")
    .action((options: Options) => run(options, env));
}
