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

function isMaintenance(value: unknown): value is Maintenance {
  if (typeof value !== "object" || value === null || !("since" in value) || !("why" in value)) return false;
  const hasEnd = "until" in value && value.until !== undefined;
  return typeof value.since === "number" && typeof value.why === "string" && (!hasEnd || Number.isFinite(value.until));
}

/**
 * The maintenance that was announced for a log last, be it over or not; undefined when there is none.
 * @throws the file system's error, or SyntaxError when the file holds something else.
 */
async function lastMaintenance(log: string): Promise<Maintenance | undefined> {
  const text = await readFile(fileOf(log), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isMaintenance(value)) throw new SyntaxError(`${fileOf(log)} does not hold what "analyze maintenance" writes`);
  return value;
}

/**
 * The announced maintenance that `instant` lies in; undefined when there is none.
 * @throws the file system's error, or SyntaxError when the file holds something else.
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
