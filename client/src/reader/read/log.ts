import { day } from "@analyze/common/time";
import { basename, dirname } from "node:path";
import { parseLine } from "../../line/parse.ts";
import type { LogLine } from "../../line/record.ts";
import { parseInstant } from "../../line/value.ts";
import { findLogFiles, isPacked, notRegular, type LogFile } from "../../log/family.ts";
import { lastLineWith, readLines, seekBack } from "../../log/lines.ts";
import { typedStart } from "../../log/typed.ts";
import { isAbsent, ReadError, reasonOf } from "./read-error.ts";
import type { Tally } from "./tally.ts";

interface DatedFile extends LogFile {
  /** Time of its first record; Infinity where it has none. */
  first: number;
}

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
    // It is opened again for reading, which reports the error.
  }
  return Number.POSITIVE_INFINITY;
}

/** What to do when there is no log at `path`. */
export function noLog(path: string): ReadError {
  return new ReadError(
    `There is no log at ${path}. Name it with --log or ANALYZE_LOG, or start the client: ${typedStart()}`,
  );
}

/** The error for a `path` that is not a regular file. */
export function notALog(path: string, kind: string): ReadError {
  return new ReadError(`${path} is ${kind}, not a regular file. Name the log with --log or ANALYZE_LOG`);
}

/** Remembers lines only where files overlap in time: only there a line can occur twice. */
class Copies {
  #seen = new Set<string>();

  isCopy(text: string, time: number, nextFile: number): boolean {
    if (this.#seen.size > 0 && this.#seen.has(text)) return true;
    if (time >= nextFile) this.#seen.add(text);
    return false;
  }
}

/** The offset from which a file has every line since `limit` (epoch milliseconds): 0, except for large uncompressed files. */
async function startOf({ path, first }: DatedFile, limit: number): Promise<number> {
  if (first >= limit || isPacked(path)) return 0;
  return seekBack(path, (lines) => {
    const times = lines.map((text) => parseInstant(text.slice(0, 20))).filter((time) => time !== undefined);
    return times.length > 0 && times.every((time) => time < limit);
  });
}

/** The start line in force at an offset of a file: it has the schedule and the URL. */
async function startLineBefore(path: string, offset: number): Promise<LogLine[]> {
  const text = offset === 0 ? undefined : await lastLineWith(path, "Z start ", offset);
  return [parseLine(text ?? "")].filter((line) => line?.kind === "start");
}

async function* readFile(
  file: DatedFile,
  { next, limit }: { next: number; limit: number },
  copies: Copies,
  tally: Tally,
): AsyncGenerator<LogLine[]> {
  const start = await startOf(file, limit);
  let number = 0;
  const take = (text: string, isTorn: boolean): LogLine[] => {
    number++;
    tally.lines++;
    const line = isTorn ? undefined : parseLine(text);
    if (line && copies.isCopy(text, line.time, next)) tally.copies++;
    else if (line) return [line];
    else {
      tally.bad++;
      tally.firstBad ??= `${basename(file.path)}:${number}${start === 0 ? "" : ` after byte ${start}`}`;
    }
    return [];
  };
  tally.skippedBytes += start;
  yield await startLineBefore(file.path, start);
  for await (const { lines, torn } of readLines(file.path, start)) {
    yield lines.flatMap((text) => take(text, false));
    if (torn !== undefined) take(torn, true);
  }
}

/**
 * Every record of a log, from the live file and the rotated ones, oldest file first, in batches. A file last written more than
 * a day before `since` (epoch milliseconds) is read only for the start line in force then. A file that cannot be
 * read is noted in `tally`.
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
  const kind = await notRegular(path);
  if (found.length === 0) throw kind === undefined ? noLog(path) : notALog(path, kind);
  if (kind !== undefined) tally.problems.push({ file: path, why: `it is ${kind}, not a regular file` });
  // One day of tolerance: the clock may have been set back since the last write.
  const limit = since - day;
  // The live file is always read: the caller has to know whether it has any line.
  const recent = found.filter((file) => file.live || file.modified >= limit);
  tally.olderFiles = found.length - recent.length;
  const files = (
    await Promise.all(recent.map(async (file) => Object.assign(file, { first: await firstTime(file.path) })))
  ).sort((a, b) => a.first - b.first);
  const copies = new Copies();
  for (const [index, file] of files.entries()) {
    tally.files.push(basename(file.path));
    const next = files[index + 1]?.first ?? Number.POSITIVE_INFINITY;
    try {
      yield* readFile(file, { next, limit }, copies, tally);
    } catch (error) {
      tally.problems.push({ file: file.path, why: reasonOf(error) });
    }
  }
}
