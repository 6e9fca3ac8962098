import { open } from "node:fs/promises";
import { maxLineBytes } from "../../line/format.ts";
import { parseLine } from "../../line/parse.ts";
import { isAccount, type LogLine } from "../../line/record.ts";
import { findLogFiles, isPacked } from "../../log/family.ts";
import { lineStartNearEnd, readLines } from "../../log/lines.ts";

/** Enough for a whole outage: older lines cannot change the next line. */
const enough = 400;

async function startNearEnd(path: string): Promise<number> {
  const handle = await open(path);
  try {
    return await lineStartNearEnd(handle, enough * maxLineBytes);
  } finally {
    await handle.close();
  }
}

async function lastLines(path: string, start: number): Promise<LogLine[]> {
  let last: string[] = [];
  try {
    for await (const { lines } of readLines(path, start)) last = [...last, ...lines].slice(-enough);
  } catch {
    // Keep what was read before the fault: the writer does not need the rest.
  }
  return last.flatMap((line) => parseLine(line) ?? []);
}

/**
 * The last lines of the log, oldest first: those of the newest file that has a run or gap, the live one or a
 * rotated one. Empty if there is none. Skips what cannot be read.
 */
export async function readHistory(log: string): Promise<LogLine[]> {
  const files = await findLogFiles(log).catch(() => []);
  for (const { path } of files.toReversed()) {
    const start = isPacked(path) ? 0 : await startNearEnd(path).catch(() => 0);
    // The end may be anything, for example NUL bytes: then read the file from its start.
    for (const from of new Set([start, 0])) {
      const lines = await lastLines(path, from);
      if (lines.some(isAccount)) return lines;
    }
  }
  return [];
}
