import { errorCode } from "@analyze/common/errors";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";

/** Announced maintenance. Instants in epoch milliseconds; without `until` it lasts until it is ended. */
export interface Maintenance {
  since: number;
  until?: number;
  why: string;
}

/** The file next to a log that announces maintenance: it survives restarts of the client and the machine. */
function fileOf(log: string): string {
  return `${log}.maintenance`;
}

/** The file does not contain an announcement. */
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

/** Whether the error says that a path, or a folder of it, does not exist. */
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
  if (!isMaintenance(value)) throw new DamagedAnnouncement(`${fileOf(log)} is damaged: it contains no announcement`);
  return value;
}

/**
 * The announced maintenance that contains `instant`; undefined if there is none.
 * @throws the file system's error, or DamagedAnnouncement.
 */
export async function maintenanceAt(log: string, instant: number): Promise<Maintenance | undefined> {
  const found = await lastMaintenance(log);
  return found && instant >= found.since && instant < (found.until ?? Infinity) ? found : undefined;
}

/** Announces maintenance, replacing any other. The client's user can read it with any umask. */
export async function announce(log: string, maintenance: Maintenance): Promise<void> {
  const file = fileOf(log);
  await writeFile(`${file}.new`, `${JSON.stringify(maintenance)}\n`);
  await chmod(`${file}.new`, 0o644);
  await rename(`${file}.new`, file);
}

/** Removes the announcement. */
export async function withdraw(log: string): Promise<void> {
  await rm(fileOf(log), { force: true });
}
