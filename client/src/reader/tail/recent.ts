import { maxLineBytes } from "../../line/format.ts";
import { findLogFiles } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";
import { isAbsent, reasonOf } from "../read/read-error.ts";
import { LogFollower } from "./follower.ts";

/** Selects lines of the log, and formats them. */
export type Chosen = (texts: string[]) => string[];

function last(lines: string[], count: number): string[] {
  return lines.slice(Math.max(0, lines.length - count));
}

/** Lines that were found, and the files that could not be read to their end, each with the reason. */
interface Older {
  lines: string[];
  faults: string[];
}

async function lastLines(path: string, count: number, chosen: Chosen): Promise<Older> {
  let lines: string[] = [];
  try {
    for await (const batch of readLines(path)) lines = last(lines.concat(chosen(batch.lines)), count);
  } catch (error) {
    // A file that is gone was rotated or removed meanwhile.
    if (!isAbsent(error)) return { lines, faults: [`${path}: ${reasonOf(error)}`] };
  }
  return { lines, faults: [] };
}

/** The last `count` lines of the rotated files, youngest file first until there are enough. */
async function olderLines(path: string, live: number | undefined, count: number, chosen: Chosen): Promise<Older> {
  const found: Older[] = [];
  let missing = count;
  const files = await findLogFiles(path).catch(() => []);
  for (const file of files.reverse()) {
    if (missing <= 0) break;
    if (file.inode === live) continue;
    const ofFile = await lastLines(file.path, missing, chosen);
    found.unshift(ofFile);
    missing -= ofFile.lines.length;
  }
  return { lines: found.flatMap(({ lines }) => lines), faults: found.flatMap(({ faults }) => faults) };
}

async function begin(path: string, bytes: number, chosen: Chosen): Promise<Pick<End, "follower" | "recent">> {
  const follower = new LogFollower(path, bytes);
  try {
    return { follower, recent: chosen(await follower.readNew()) };
  } catch (error) {
    await follower.close();
    throw error;
  }
}

/** The end of a log. `faults`: rotated files that could not be read to their end, each with the reason. */
export interface End {
  follower: LogFollower;
  recent: string[];
  faults: string[];
}

/**
 * The last `count` selected lines of a log and its rotated files, and a follower for new ones. `rare`: few lines are
 * selected, so the whole live file is read at once.
 * @throws ReadError if the live file cannot be read.
 */
export async function openEnd(path: string, count: number, chosen: Chosen, rare = false): Promise<End> {
  let { follower, recent } = await begin(path, rare ? Infinity : count * maxLineBytes, chosen);
  if (recent.length < count) {
    await follower.close();
    ({ follower, recent } = await begin(path, Infinity, chosen));
  }
  const missing = Math.max(0, count - recent.length);
  const older = missing === 0 ? { lines: [], faults: [] } : await olderLines(path, follower.inode, missing, chosen);
  return { follower, recent: [...older.lines, ...last(recent, count)], faults: older.faults };
}
