import { isAccount, parseLine, type LogLine } from "../../line/index.ts";
import { findLogFiles } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";

/** More than an outage needs to be seen whole: what is older cannot change what the next line says. */
const enough = 400;

async function lastLines(path: string): Promise<LogLine[]> {
  let last: string[] = [];
  try {
    for await (const { lines } of readLines(path)) last = [...last, ...lines].slice(-enough);
  } catch {
    // What was readable before the fault stands; the writer does not depend on the rest.
  }
  return last.flatMap((line) => parseLine(line) ?? []);
}

/**
 * The last lines of the log, oldest first: those of the newest file that has a run or gap, be it the live one or a
 * rotated one. Empty when there is none. What cannot be read is passed over.
 */
export async function readHistory(log: string): Promise<LogLine[]> {
  const files = await findLogFiles(log).catch(() => []);
  for (const { path } of files.toReversed()) {
    const lines = await lastLines(path);
    if (lines.some(isAccount)) return lines;
  }
  return [];
}
