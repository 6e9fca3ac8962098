import { stat } from "node:fs/promises";
import { parseLine } from "../../line/parse.ts";
import { findLogFiles, isPacked, type LogFile } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";
import { firstTime } from "../read/log.ts";
import { isTruncated, openFile, readOn, type OpenFile } from "./open-file.ts";

/** The client opens the file for each line. It holds a renamed file open for at most this long. */
const longestWrite = 5000;

async function readWhole(path: string): Promise<string[]> {
  const batches: string[][] = [];
  try {
    for await (const { lines } of readLines(path)) batches.push(lines);
  } catch {
    // Renamed, or not completely compressed yet: poll again.
  }
  return batches.flat();
}

/**
 * Follows a log over rotation by rename, removal and truncation. Polls, so a missed event loses nothing. A renamed file
 * stays open for a while, because the writer may have opened it before.
 */
export class LogFollower {
  readonly #path: string;
  readonly #bytes: number;
  /** The live file at the last poll, or the previous one. */
  #live: OpenFile | undefined;
  #left: { file: OpenFile; at: number }[] = [];
  /** Epoch milliseconds of the newest record seen. */
  #youngest = Number.NEGATIVE_INFINITY;
  #lastLine: string | undefined;
  /** Epoch milliseconds of the last poll. */
  #lookedAt = Date.now();

  /** Reads only the last `bytes` of the first file. */
  constructor(path: string, bytes = Infinity) {
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Inode of the live file, if there was one. */
  get inode(): number | undefined {
    return this.#live?.inode;
  }

  /** The complete lines since the last call; the first call returns those of the live file. None while there is no file. */
  async readNew(): Promise<string[]> {
    const late = await Promise.all(this.#left.map(({ file }) => readOn(file)));
    const copied = this.#live && (await isTruncated(this.#live)) ? await this.#fromCopies() : [];
    const lines = late.flat().concat(copied, this.#live ? await readOn(this.#live) : []);
    this.#lookedAt = Date.now();
    this.#see(lines);
    await this.#closeLeft(performance.now() - longestWrite);
    const now = await stat(this.#path).catch(() => undefined);
    if (now === undefined || now.ino === this.#live?.inode) return lines;
    return lines.concat(await this.#goOn());
  }

  async close(): Promise<void> {
    await this.#closeLeft(Number.POSITIVE_INFINITY);
    await this.#live?.handle.close();
    this.#live = undefined;
  }

  #see(lines: string[]): void {
    for (const text of lines) this.#youngest = Math.max(this.#youngest, parseLine(text)?.time ?? this.#youngest);
    this.#lastLine = lines.at(-1) ?? this.#lastLine;
  }

  /** After copytruncate: the lines after the last one seen, from the copies made since the last poll. */
  async #fromCopies(): Promise<string[]> {
    const files = await findLogFiles(this.#path);
    const copies = files.filter(({ live, modified }) => !live && modified > this.#lookedAt - longestWrite);
    const found: string[][] = [];
    for (const { path } of copies) {
      const lines = await readWhole(path);
      const seen = this.#lastLine === undefined ? -1 : lines.lastIndexOf(this.#lastLine);
      const isNewer = (parseLine(lines[0] ?? "")?.time ?? -Infinity) > this.#youngest;
      if (seen !== -1) found.push(lines.slice(seen + 1));
      else if (isNewer) found.push(lines);
    }
    return found.flat();
  }

  /** Continues with the live file, and reads files that were created and renamed between two polls. */
  async #goOn(): Promise<string[]> {
    const next = await openFile(this.#path, this.#live ? Infinity : this.#bytes);
    if (!next) return [];
    const opened: OpenFile[] = [];
    const closeAll = async (): Promise<void> => {
      for (const file of [next, ...opened]) await file.handle.close();
    };
    try {
      const lines = await this.#takeOver(next, opened);
      if (lines === undefined) await closeAll();
      return lines ?? [];
    } catch (error) {
      await closeAll();
      throw error;
    }
  }

  /** Makes `next` the live file, and adds to `opened` the others that it reads. Undefined where files moved meanwhile. */
  async #takeOver(next: OpenFile, opened: OpenFile[]): Promise<string[] | undefined> {
    const known = new Set([next.inode, this.#live?.inode, ...this.#left.map(({ file }) => file.inode)]);
    const others = (await findLogFiles(this.#path)).filter(({ inode }) => this.#live && !known.has(inode));
    const lines: string[][] = [];
    for (const path of await this.#unseen(others)) {
      const file = isPacked(path) ? undefined : await openFile(path);
      if (file) opened.push(file);
      lines.push(file ? await readOn(file) : await readWhole(path));
    }
    if (!(await this.#areInPlace(others))) return undefined;
    lines.push(await readOn(next));
    for (const file of [this.#live, ...opened]) if (file) this.#left.push({ file, at: performance.now() });
    this.#live = next;
    this.#see(lines.flat());
    return lines.flat();
  }

  /** The paths of the files with records newer than the last one seen, oldest first. */
  async #unseen(files: LogFile[]): Promise<string[]> {
    const dated = await Promise.all(files.map(async ({ path }) => ({ path, first: await firstTime(path) })));
    const unseen = dated.filter(({ first }) => first > this.#youngest && first !== Number.POSITIVE_INFINITY);
    return unseen.sort((a, b) => a.first - b.first).map(({ path }) => path);
  }

  /** Whether no file was renamed or compressed meanwhile; otherwise the wrong file, or one twice, may have been read. */
  async #areInPlace(files: LogFile[]): Promise<boolean> {
    const now = new Map((await findLogFiles(this.#path)).map(({ path, inode }) => [path, inode]));
    return files.every(({ path, inode }) => now.get(path) === inode);
  }

  async #closeLeft(leftBefore: number): Promise<void> {
    const done = this.#left.filter(({ at }) => at < leftBefore);
    this.#left = this.#left.filter((left) => !done.includes(left));
    await Promise.all(done.map(({ file }) => file.handle.close()));
  }
}
