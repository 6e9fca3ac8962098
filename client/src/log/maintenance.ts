import { errorCode } from "@analyze/common/errors";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";

/** Maintenance that a person announced. Instants in epoch milliseconds; without `until` it lasts until it is ended. */
export interface Maintenance {
  since: number;
  until?: number;
  why: string;
}

/** The file beside a log that says that maintenance is announced: it outlives the client and the machine's restart. */
function fileOf(log: string): string {
  return `${log}.maintenance`;
}

/** The file holds something else than an announcement. */
export class DamagedAnnouncement extends Error {
  override name = "DamagedAnnouncement";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMaintenance(value: unknown): value is Maintenance {
  if (typeof value !== "object" || value === null || !("since" in value) || !("why" in value)) return false;
  const hasEnd = "until" in value && value.until !== undefined;
  return typeof value.since === "number" && typeof value.why === "string" && (!hasEnd || Number.isFinite(value.until));
}

/** Whether the file system says that a path, or a folder of it, is not there. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * The last maintenance that was announced for a log, also if it is over; undefined if there is none.
 * @throws the file system's error, or DamagedAnnouncement.
 */
async function lastMaintenance(log: string): Promise<Maintenance | undefined> {
  const text = await readFile(fileOf(log), "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (!isMaintenance(value)) throw new DamagedAnnouncement(`${fileOf(log)} is damaged: it holds no announcement`);
  return value;
}

/**
 * The announced maintenance that `instant` lies in; undefined when there is none.
 * @throws the file system's error, or DamagedAnnouncement.
 */
export async function maintenanceAt(log: string, instant: number): Promise<Maintenance | undefined> {
  const found = await lastMaintenance(log);
  return found && instant >= found.since && instant < (found.until ?? Infinity) ? found : undefined;
}

/** Announces maintenance, in place of any other. Whatever the umask, the client's user can read it. */
export async function announce(log: string, maintenance: Maintenance): Promise<void> {
  const file = fileOf(log);
  await writeFile(`${file}.new`, `${JSON.stringify(maintenance)}\n`);
  await chmod(`${file}.new`, 0o644);
  await rename(`${file}.new`, file);
}

/** Takes the announcement back. */
export async function withdraw(log: string): Promise<void> {
  await rm(fileOf(log), { force: true });
}
