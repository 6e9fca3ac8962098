import { screenOf, type Screen } from "@analyze/common/screen";
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { maxLineBytes } from "../../line/format.ts";
import { parseLine } from "../../line/parse.ts";
import type { LogLine } from "../../line/record.ts";
import { paintLine } from "../../line/paint.ts";
import { findLogFiles } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";
import { noLog } from "../read/log.ts";
import { logOption } from "../read/options.ts";
import { print } from "../read/print.ts";
import { LogFollower } from "../tail/follower.ts";

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

type Painted = (texts: string[]) => string[];

function painter({ failed }: Options, screen: Screen): Painted {
  const isWanted = (line: LogLine | undefined): boolean =>
    !failed || (line !== undefined && line.kind !== "ok" && line.kind !== "start" && line.kind !== "stop");
  return (texts) => texts.filter((text) => isWanted(parseLine(text))).map((text) => paintLine(text, screen));
}

function last(lines: string[], count: number): string[] {
  return lines.slice(Math.max(0, lines.length - count));
}

function joined(lines: string[]): string[] {
  return lines.length === 0 ? [] : [`${lines.join("\n")}\n`];
}

async function lastLines(path: string, count: number, painted: Painted): Promise<string[]> {
  let lines: string[] = [];
  for await (const batch of readLines(path)) lines = last(lines.concat(painted(batch.lines)), count);
  return lines;
}

/** The last `count` lines of the rotated files, youngest file first until there are enough. */
async function olderLines(path: string, live: number | undefined, count: number, painted: Painted): Promise<string[]> {
  const found: string[][] = [];
  let missing = count;
  const files = await findLogFiles(path).catch(() => []);
  for (const file of files.reverse()) {
    if (missing <= 0) break;
    if (file.inode === live) continue;
    const ofFile = await lastLines(file.path, missing, painted);
    found.unshift(ofFile);
    missing -= ofFile.length;
  }
  return found.flat();
}

async function* tail(options: Options, screen: Screen): AsyncGenerator<string> {
  const painted = painter(options, screen);
  let follower = new LogFollower(options.log, options.failed ? Infinity : options.lines * maxLineBytes);
  let recent = painted(await follower.readNew());
  if (recent.length < options.lines) {
    await follower.close();
    follower = new LogFollower(options.log);
    recent = painted(await follower.readNew());
  }
  const missing = Math.max(0, options.lines - recent.length);
  const older = missing === 0 ? [] : await olderLines(options.log, follower.inode, missing, painted);
  if (!options.follow && follower.inode === undefined && older.length === 0) throw noLog(options.log);
  yield* joined([...older, ...last(recent, options.lines)]);
  while (options.follow) {
    await wait(pollInterval);
    // Nothing, too: only at a yield can a generator be ended, as it is when the output's reader goes away.
    yield joined(painted(await follower.readNew())).join("");
  }
  await follower.close();
}

/** Adds `analyze tail`: the end of the log, as it grows. */
export function addTail(program: Command, env: NodeJS.ProcessEnv): void {
  program
    .command("tail")
    .description("the last lines of the log, and with -f those that come, over every rotation")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("--failed", "only what was not well: FAIL, flaky, gap, DOWN and UP")
    .option("-n, --lines <count>", "how many lines to begin with", wholeNumber, 20)
    .addOption(logOption())
    .action((options: Options) => print(tail(options, screenOf(process.stdout, env)), process.stdout));
}
