import { basename, dirname } from "node:path";
import { parseLine, type LogLine } from "../../line/index.ts";
import { findLogFiles, type LogFile } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";
import { isAbsent, ReadError, reasonOf } from "./read-error.ts";
import type { Tally } from "./tally.ts";

interface DatedFile extends LogFile {
  /** Time of its first record; Infinity where it has none. */
  first: number;
}

const day = 86_400_000;

/** Time of the first record of a file, epoch milliseconds; Infinity where it has none, or cannot be read. */
export async function firstTime(path: string): Promise<number> {
  try {
    for await (const { lines } of readLines(path)) {
      for (const text of lines) {
        const line = parseLine(text);
        if (line) return line.time;
      }
    }
  } catch {
    // It is opened again to be read, and its fault told then.
  }
  return Number.POSITIVE_INFINITY;
}

/** What to do when there is no log at `path`. */
export function noLog(path: string): ReadError {
  return new ReadError(
    `There is no log at ${path}. Name it with --log or ANALYZE_LOG, or start the client: analyze run`,
  );
}

/** Remembers lines only where files overlap in time, which is where a line may come twice. */
class Copies {
  #seen = new Set<string>();

  isCopy(text: string, time: number, nextFile: number): boolean {
    if (this.#seen.size > 0 && this.#seen.has(text)) return true;
    if (time >= nextFile) this.#seen.add(text);
    return false;
  }
}

async function* readFile(file: DatedFile, next: number, copies: Copies, tally: Tally): AsyncGenerator<LogLine[]> {
  let number = 0;
  const take = (text: string, isTorn: boolean): LogLine[] => {
    number++;
    tally.lines++;
    const line = isTorn ? undefined : parseLine(text);
    if (line && copies.isCopy(text, line.time, next)) tally.copies++;
    else if (line) return [line];
    else {
      tally.bad++;
      tally.firstBad ??= `${basename(file.path)}:${number}`;
    }
    return [];
  };
  for await (const { lines, torn } of readLines(file.path)) {
    yield lines.flatMap((text) => take(text, false));
    if (torn !== undefined) take(torn, true);
  }
}

/**
 * Every record of a log, its live file and its rotated ones, oldest file first, in batches. Files last written more
 * than a day before `since` (epoch milliseconds) are not opened. A file that cannot be read is noted in `tally`.
 * @throws ReadError, saying what to do, when there is no log at `path`.
 */
export async function* readLog(
  path: string,
  tally: Tally,
  since = Number.NEGATIVE_INFINITY,
): AsyncGenerator<LogLine[]> {
  const found = await findLogFiles(path).catch((error: unknown) => {
    throw isAbsent(error) ? noLog(path) : new ReadError(`${dirname(path)} cannot be read: ${reasonOf(error)}`);
  });
  if (found.length === 0) throw noLog(path);
  // A day's grace: the clock may have been set back since the last write.
  const recent = found.filter((file) => file.modified >= since - day);
  tally.olderFiles = found.length - recent.length;
  const files = (
    await Promise.all(recent.map(async (file) => Object.assign(file, { first: await firstTime(file.path) })))
  ).sort((a, b) => a.first - b.first);
  const copies = new Copies();
  for (const [index, file] of files.entries()) {
    tally.files.push(basename(file.path));
    const next = files[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    try {
      yield* readFile(file, next, copies, tally);
    } catch (error) {
      tally.problems.push({ file: file.path, why: reasonOf(error) });
    }
  }
}
