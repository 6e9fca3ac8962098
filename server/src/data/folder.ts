import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const ours = /^documents-\d{8}T\d{6}Z\.gz$/;

/** The name of a backup of this time, such as documents-20261126T023000Z.gz: names sort by time. */
export function backupName(now: Date): string {
  return `documents-${now.toISOString().replace(/\.\d+|[-:]/g, "")}.gz`;
}

/** Removes all but the newest `keep` backups of a folder; other files stay. Resolves with the names of those removed. */
export async function removeOld(folder: string, keep: number): Promise<string[]> {
  const old = (await readdir(folder))
    .filter((name) => ours.test(name))
    .toSorted()
    .slice(0, -keep);
  for (const name of old) await rm(join(folder, name), { force: true });
  return old;
}
