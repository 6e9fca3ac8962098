import { screenOf, type Screen } from "@analyze/common/screen";
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { parseLine } from "../../line/parse.ts";
import type { LogLine } from "../../line/record.ts";
import { paintLine } from "../../line/paint.ts";
import { noLog } from "../read/log.ts";
import { logOption } from "../read/options.ts";
import { print } from "../read/print.ts";
import { openEnd, type Chosen } from "../tail/recent.ts";

interface Options {
  follow?: true;
  failed?: true;
  lines: number;
  log: string;
}

const pollInterval = 250;

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a whole number.");
}

function painter({ failed }: Options, screen: Screen): Chosen {
  const isWanted = (line: LogLine | undefined): boolean =>
    !failed || (line !== undefined && line.kind !== "ok" && line.kind !== "start" && line.kind !== "stop");
  return (texts) => texts.filter((text) => isWanted(parseLine(text))).map((text) => paintLine(text, screen));
}

function joined(lines: string[]): string[] {
  return lines.length === 0 ? [] : [`${lines.join("\n")}\n`];
}

async function* tail(options: Options, screen: Screen): AsyncGenerator<string> {
  const painted = painter(options, screen);
  const { follower, recent, faults } = await openEnd(options.log, options.lines, painted, options.failed);
  if (!options.follow && follower.inode === undefined && recent.length === 0) throw noLog(options.log);
  for (const fault of faults) process.stderr.write(`not read: ${fault}\n`);
  yield* joined(recent);
  while (options.follow) {
    await wait(pollInterval);
    // Also when empty: a generator can be ended only at a yield, as when the output's reader closes the pipe.
    yield joined(painted(await follower.readNew())).join("");
  }
  await follower.close();
}

/** Adds `analyze tail`: the end of the log, as it grows. */
export function addTail(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command("tail")
    .description("the last lines of the log; with -f, new lines too, across rotations")
    .option("-f, --follow", "follow the log until Ctrl-C")
    .option("--failed", "only FAIL, flaky, gap, DOWN and UP")
    .option("-n, --lines <count>", "number of lines", wholeNumber, 20)
    .addOption(logOption())
    .action((options: Options) => print(tail(options, screenOf(process.stdout, env)), process.stdout));
}
