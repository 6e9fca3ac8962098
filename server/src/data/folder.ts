import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const ours = /^documents-\d{8}T\d{6}Z\.gz$/;

/** What a backup that was killed leaves. */
const unfinished = /^documents-\d{8}T\d{6}Z\.gz\.part$/;

/** The name of a backup of this time, such as documents-20261126T023000Z.gz: names sort by time. */
export function backupName(now: Date): string {
  return `documents-${now.toISOString().replace(/\.\d+|[-:]/g, "")}.gz`;
}

/**
 * Removes all but the newest `keep` backups of a folder, and unfinished ones from before the newest; other files stay.
 * Resolves with the names of those removed.
 */
export async function removeOld(folder: string, keep: number): Promise<string[]> {
  const names = (await readdir(folder)).toSorted();
  const backups = names.filter((name) => ours.test(name));
  const newest = backups.at(-1) ?? "";
  const old = [...backups.slice(0, -keep), ...names.filter((name) => unfinished.test(name) && name < newest)];
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}
