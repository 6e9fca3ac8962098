import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createFolder } from "@analyze/common/folder";

/** Holds a set of files from its completion on disk until each file is in place. */
export const commitFolder = ".commit";
const stagePrefix = ".stage-";
const removals = ".remove";

/** The changes of a folder: new contents of files, and files to remove. */
export interface Change {
  files: Record<string, string>;
  remove?: readonly string[];
}

/**
 * Writes all files or none. They are first written into a folder next to their place; one rename makes the set valid, and
 * then each file is moved into place. If the process is killed before that rename, or the disk is full, nothing has
 * changed; if it is killed later, {@link recover} completes the set. Keys (`*.key`) are readable only by their owner.
 * The caller holds the folder's lock.
 */
export function write(dir: string, { files, remove = [] }: Change): void {
  createFolder(dir);
  recover(dir);
  const stage = join(dir, `${stagePrefix}${process.pid}`);
  try {
    mkdirSync(stage, { mode: 0o700 });
    for (const [name, content] of Object.entries(files)) writeDurably(join(stage, name), content);
    writeDurably(join(stage, removals), remove.join("\n"));
    syncFolder(stage);
    renameSync(stage, join(dir, commitFolder));
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw error;
  }
  recover(dir);
}

/** Completes the valid set of a killed process, and removes an incomplete one. */
export function recover(dir: string): void {
  const left = existsSync(dir) ? readdirSync(dir) : [];
  for (const name of left.filter((one) => one.startsWith(stagePrefix))) rmSync(join(dir, name), { recursive: true });
  const commit = join(dir, commitFolder);
  if (!left.includes(commitFolder) && !existsSync(commit)) return;
  const removed = existsSync(join(commit, removals)) ? readFileSync(join(commit, removals), "utf8").split("\n") : [];
  for (const name of readdirSync(commit)) if (name !== removals) renameSync(join(commit, name), join(dir, name));
  for (const name of removed) if (name !== "") rmSync(join(dir, name), { force: true });
  syncFolder(dir);
  rmSync(commit, { recursive: true });
}

function writeDurably(path: string, content: string): void {
  const file = openSync(path, "wx", path.endsWith(".key") ? 0o600 : 0o644);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes renames durable, if the system can sync a folder. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
