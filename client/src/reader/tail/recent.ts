import { maxLineBytes } from "../../line/format.ts";
import { findLogFiles } from "../../log/family.ts";
import { readLines } from "../../log/lines.ts";
import { LogFollower } from "./follower.ts";

/** Selects lines of the log, and formats them. */
export type Chosen = (texts: string[]) => string[];

function last(lines: string[], count: number): string[] {
  return lines.slice(Math.max(0, lines.length - count));
}

async function lastLines(path: string, count: number, chosen: Chosen): Promise<string[]> {
  let lines: string[] = [];
  for await (const batch of readLines(path)) lines = last(lines.concat(chosen(batch.lines)), count);
  return lines;
}

/** The last `count` lines of the rotated files, youngest file first until there are enough. */
async function olderLines(path: string, live: number | undefined, count: number, chosen: Chosen): Promise<string[]> {
  const found: string[][] = [];
  let missing = count;
  const files = await findLogFiles(path).catch(() => []);
  for (const file of files.reverse()) {
    if (missing <= 0) break;
    if (file.inode === live) continue;
    const ofFile = await lastLines(file.path, missing, chosen);
    found.unshift(ofFile);
    missing -= ofFile.length;
  }
  return found.flat();
}

/**
 * The last `count` selected lines of a log and its rotated files, and a follower for new ones. `rare`: few lines are
 * selected, so the whole live file is read at once.
 */
export async function openEnd(
  path: string,
  count: number,
  chosen: Chosen,
  rare = false,
): Promise<{ follower: LogFollower; recent: string[] }> {
  let follower = new LogFollower(path, rare ? Infinity : count * maxLineBytes);
  let recent = chosen(await follower.readNew());
  if (recent.length < count) {
    await follower.close();
    follower = new LogFollower(path);
    recent = chosen(await follower.readNew());
  }
  const missing = Math.max(0, count - recent.length);
  const older = missing === 0 ? [] : await olderLines(path, follower.inode, missing, chosen);
  return { follower, recent: [...older, ...last(recent, count)] };
}
