import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";

/** One file of a log: the live one, or one that logrotate moved away. */
export interface LogFile {
  path: string;
  inode: number;
  /** When it was last written, epoch milliseconds: no line in it is younger. */
  modified: number;
  live: boolean;
}

const rotation = /^[-._]\d[\dTZ:._-]*$/;
const packing = /\.(?:gz|zst|bz2|xz)$/;

/** Whether the name says that the file is packed. */
export function isPacked(name: string): boolean {
  return packing.test(name);
}

/**
 * Whether logrotate may have made `candidate` of `name`: `name.1`, `name-20261121`, either one packed, and with its
 * directive `extension` the same before the extension (`analyze-20261121.log`).
 */
function isRotated(candidate: string, name: string): boolean {
  const plain = candidate.replace(packing, "");
  if (plain.startsWith(name)) return plain === name ? candidate !== name : rotation.test(plain.slice(name.length));
  const extension = extname(name);
  const stem = basename(name, extension);
  const hasBoth = extension !== "" && plain.startsWith(stem) && plain.endsWith(extension);
  return hasBoth && rotation.test(plain.slice(stem.length, -extension.length));
}

/** Whether a file of this path belongs to `log`: it is the live file, a rotated one, or one that the client keeps beside it. */
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
 * What is at `path` in place of a regular file, as `a folder`; undefined when it is a regular file, or nothing is there.
 * Nothing else may be opened as a log: a FIFO blocks its reader, and a device never ends.
 */
export async function notRegular(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined || found.isFile() ? undefined : kindOf(found);
}

/** While logrotate packs a file both forms exist; the plain one is whole. */
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
 * The live log and its rotated files, in the order of their last write; empty when there are none. Each is listed
 * once, also while logrotate renames or packs it.
 * @throws the file system's error when the folder cannot be read.
 */
export async function findLogFiles(path: string): Promise<LogFile[]> {
  let files = await listOnce(path);
  // One that vanished between its name and its facts was renamed: it has another name now.
  for (let again = 0; again < 5 && files.includes(undefined); again++) files = await listOnce(path);
  return files
    .filter((file) => file !== undefined)
    .sort((a, b) => Number(a.live) - Number(b.live) || a.modified - b.modified || (a.path < b.path ? -1 : 1));
}
