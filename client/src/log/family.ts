import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";

/** One file of a log: the live file or a rotated one. */
export interface LogFile {
  path: string;
  inode: number;
  /** Last modification, epoch milliseconds: no line in the file is newer. */
  modified: number;
  live: boolean;
}

const rotation = /^[-._]\d[\dTZ:._-]*$/;
const packing = /\.(?:gz|zst|bz2|xz)$/;

/** Whether the name has the extension of a compressed file. */
export function isPacked(name: string): boolean {
  return packing.test(name);
}

/**
 * Whether `candidate` is a name that logrotate gives to the rotated file `name`: `name.1` or `name-20261121`, compressed or
 * not. With logrotate's directive `extension`, the suffix precedes the extension (`analyze-20261121.log`).
 */
function isRotated(candidate: string, name: string): boolean {
  const plain = candidate.replace(packing, "");
  if (plain.startsWith(name)) return plain === name || rotation.test(plain.slice(name.length));
  const extension = extname(name);
  const stem = basename(name, extension);
  const hasBoth = plain.startsWith(stem) && plain.endsWith(extension);
  return hasBoth && rotation.test(plain.slice(stem.length, -extension.length));
}

/** Whether the path belongs to `log`: the live file, a rotated one, or a file that the client keeps beside it. */
export function belongsTo(log: string, path: string): boolean {
  const [name, live] = [basename(path), basename(log)];
  if (resolve(dirname(path)) !== resolve(dirname(log))) return false;
  return name === live || isRotated(name, live) || name.startsWith(`${live}.maintenance`);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a FIFO";
  return found.isSocket() ? "a socket" : "a device";
}

/**
 * The kind of file at `path`, such as `a folder`; undefined for a regular file or none. Only a regular file is opened as a
 * log: a FIFO blocks its reader, and a device never ends.
 */
export async function notRegular(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined || found.isFile() ? undefined : kindOf(found);
}

/** While logrotate compresses a file, both forms exist. The uncompressed one is complete. */
function withoutCopies(names: string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => !isPacked(name) || !all.has(name.replace(packing, "")));
}

async function fileAt(path: string, live: boolean): Promise<LogFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? { path, inode: found.ino, modified: found.mtimeMs, live } : undefined;
}

async function listOnce(path: string): Promise<(LogFile | undefined)[]> {
  const live = basename(path);
  const names = await readdir(dirname(path));
  const family = withoutCopies(names.filter((name) => name === live || isRotated(name, live)));
  return Promise.all(family.map((name) => fileAt(join(dirname(path), name), name === live)));
}

/**
 * The live log and its rotated files, ordered by their last modification; empty if there are none. Each file is listed
 * once, also while logrotate renames or compresses it.
 * @throws the file system's error if the folder cannot be read.
 */
export async function findLogFiles(path: string): Promise<LogFile[]> {
  let files = await listOnce(path);
  // A file that disappeared between readdir and stat was renamed: list again.
  for (let again = 0; again < 5 && files.includes(undefined); again++) files = await listOnce(path);
  return files
    .filter((file) => file !== undefined)
    .sort((a, b) => Number(a.live) - Number(b.live) || a.modified - b.modified || (a.path < b.path ? -1 : 1));
}
