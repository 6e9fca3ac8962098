import { open } from "node:fs/promises";
import { maxLineBytes } from "../../line/format.ts";
import { parseLine } from "../../line/parse.ts";
import { isAccount, type LogLine } from "../../line/record.ts";
import { findLogFiles, isPacked } from "../../log/family.ts";
import { lineStartNearEnd, readLines } from "../../log/lines.ts";

/** Enough to see a whole outage: older lines cannot change what the next line says. */
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
    // What was read before the fault is kept; the writer does not need the rest.
  }
  return last.flatMap((line) => parseLine(line) ?? []);
}

/**
 * The last lines of the log, oldest first: those of the newest file that has a run or gap, the live one or a
 * rotated one. Empty when there is none. What cannot be read is passed over.
 */
export async function readHistory(log: string): Promise<LogLine[]> {
  const files = await findLogFiles(log).catch(() => []);
  for (const { path } of files.toReversed()) {
    const start = isPacked(path) ? 0 : await startNearEnd(path).catch(() => 0);
    // The end may hold anything, a hole of NULs too: then the file is read from its beginning.
    for (const from of new Set([start, 0])) {
      const lines = await lastLines(path, from);
      if (lines.some(isAccount)) return lines;
    }
  }
  return [];
}
