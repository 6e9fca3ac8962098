import type { Command } from "commander";
import type { LogLine } from "../../line/record.ts";
import { readLog } from "../read/log.ts";
import { logOption } from "../read/options.ts";
import { print } from "../read/print.ts";
import { newTally, readingNotes, type Tally } from "../read/tally.ts";
import { parseWhen } from "../read/when.ts";

interface Options {
  since?: string;
  until?: string;
  log: string;
}

/** One record as one line of JSON: instants as ISO 8601, other values as in {@link LogLine}. */
function toJson(line: LogLine): string {
  const instants = Object.entries(line).filter(([key]) => key === "time" || key === "from" || key === "since");
  const iso = instants.map(([key, value]) => [key, new Date(Number(value)).toISOString()]);
  return `${JSON.stringify({ ...line, ...Object.fromEntries(iso) })}\n`;
}

async function* jsonLines(options: Options, tally: Tally): AsyncGenerator<string> {
  const now = Date.now();
  const since = options.since === undefined ? Number.NEGATIVE_INFINITY : parseWhen(options.since, now);
  const until = options.until === undefined ? Number.POSITIVE_INFINITY : parseWhen(options.until, now);
  for await (const lines of readLog(options.log, tally, since)) {
    const wanted = lines.filter(({ time }) => time >= since && time <= until);
    if (wanted.length > 0) yield wanted.map(toJson).join("");
  }
}

async function run(options: Options): Promise<void> {
  const tally = newTally();
  await print(jsonLines(options, tally), process.stdout);
  if (tally.problems.length > 0) process.exitCode = 2;
  for (const note of readingNotes(tally)) process.stderr.write(`analyze export: ${note}\n`);
}

/** Adds `analyze export`: the log for programs. */
export function addExport(program: Command): void {
  program
    .command("export")
    .description("every record of the log and its rotated files as JSON lines, oldest file first")
    .option("--since <when>", "how long ago (90min, 24h, 30d) or a date, UTC (default: from the first record)")
    .option("--until <when>", "the same (default: to the last record)")
    .addOption(logOption())
    .addHelpText("after", "\nExit code: 2 if a file could not be read completely.")
    .action(run);
}
