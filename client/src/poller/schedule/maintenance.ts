import { parseDuration } from "@analyze/common/time";
import { readFile } from "node:fs/promises";
import type { RunLine } from "../../line/record.ts";
import { calendar, type Calendar } from "../../log/calendar.ts";
import { isMissing, maintenanceAt } from "../../log/maintenance.ts";

/** The reason why a failure at an instant (epoch milliseconds) is planned; undefined if it is not. Never rejects. */
export type Plan = (instant: number) => Promise<string | undefined>;

interface Window {
  text: string;
  opens: Calendar;
  /** Milliseconds. */
  length: number;
}

/** The entries of ANALYZE_MAINTENANCE: repeated windows, and files that a person creates. */
export interface PlannedTimes {
  windows: Window[];
  files: string[];
}

function windowOf(text: string): Window {
  const [, expression, duration] = /^(.*\S)\s+(\S+)$/.exec(text) ?? [];
  const length = parseDuration(duration ?? "");
  if (expression === undefined || length === undefined)
    throw new Error(`"${text}" is neither a file (/run/analyze/maintenance) nor a window (0 3 * * 0 2h)`);
  const opens = calendar(expression);
  const first = opens.slotAfter(0);
  if (length === 0 || length >= opens.slotAfter(first) - first)
    throw new Error(`"${text}" would never end: its duration must be shorter than the time to its next start`);
  return { text, opens, length };
}

function isFile(entry: string): boolean {
  return /^\.{0,2}\//.test(entry);
}

/**
 * Reads ANALYZE_MAINTENANCE: entries separated by semicolons, each a window (a cron expression in UTC and a duration,
 * `0 3 * * 0 2h`) or the path of a file, which means maintenance as long as it exists.
 * @throws Error, quoting the entry, where one is neither.
 */
export function parsePlannedTimes(text: string): PlannedTimes {
  const entries = text.split(";").map((entry) => entry.trim());
  const given = entries.filter((entry) => entry !== "");
  return {
    windows: given.filter((entry) => !isFile(entry)).map((entry) => windowOf(entry)),
    files: given.filter(isFile),
  };
}

/** The text of the window that contains `instant` (epoch milliseconds); undefined if there is none. */
export function windowAt(windows: Window[], instant: number): string | undefined {
  return windows.find(({ opens, length }) => instant - opens.slotAt(instant) < length)?.text;
}

/** The reason in a file: its first line, or its name if it is empty; undefined without a file. */
async function touched(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    // An unreadable file exists, which is enough.
    return "";
  });
  return text === undefined ? undefined : text.trim().split("\n")[0] || file;
}

/** A plan of windows, files, and the announcement of `analyze maintenance begin` for `log`. */
export function createPlan(log: string, { windows, files }: PlannedTimes, warn: (message: string) => void): Plan {
  let told = "";
  const announced = async (instant: number): Promise<string | undefined> => {
    try {
      return (await maintenanceAt(log, instant))?.why;
    } catch (error) {
      if (told !== String(error))
        warn(`the maintenance announcement is unreadable, so failures count: ${String(error)}`);
      told = String(error);
      return undefined;
    }
  };
  return async (instant) => {
    const window = windowAt(windows, instant);
    if (window !== undefined) return window;
    for (const file of files) {
      const why = await touched(file);
      if (why !== undefined) return why;
    }
    return announced(instant);
  };
}

/** Wraps `ask`: its failures become `planned` if the slot was due, or its probe began or ended, in maintenance. */
export function withPlan(
  plan: Plan,
  now: () => number,
  ask: (slot: number) => Promise<RunLine>,
): (slot: number) => Promise<RunLine> {
  return async (slot) => {
    const before = (await plan(slot)) ?? (await plan(now()));
    const line = await ask(slot);
    if (line.kind !== "FAIL") return line;
    const why = before ?? (await plan(now()));
    return why === undefined ? line : { ...line, kind: "planned", plan: why };
  };
}
