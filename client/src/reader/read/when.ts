import { day, parseDuration } from "@analyze/common/time";
import { ReadError } from "./read-error.ts";

const dated = /^(?<date>\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

/** Epoch milliseconds of a date, or a date and time; NaN if the calendar does not have it (2026-02-30). */
function parseDate(text: string): number {
  const { date, zone } = dated.exec(text)?.groups ?? {};
  if (date === undefined) return Number.NaN;
  const midnight = Date.parse(date);
  // V8 parses 30 February as 2 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return Number.NaN;
  const isTimeWithoutZone = text.length > 10 && zone === undefined;
  return Date.parse(`${text.replace(" ", "T")}${isTimeWithoutZone ? "Z" : ""}`);
}

/**
 * An instant as a person types it: how long ago (`90min`, `24h`, `30d`, `now`), a date, or a date and time; UTC where
 * it names no zone, as the log does. Epoch milliseconds.
 * @throws ReadError, quoting the text, for anything else.
 */
export function parseWhen(text: string, now: number): number {
  if (text === "now") return now;
  const ago = parseDuration(text);
  const time = ago === undefined ? parseDate(text) : now - ago;
  if (!Number.isNaN(time)) return time;
  throw new ReadError(
    `"${text}" is not a time. Use a duration before now (90min, 24h, 30d) or a date (2026-11-21, 2026-11-21T06:00Z)`,
  );
}

/**
 * The half-open window that `--since` and `--until` name, as epoch milliseconds. Without `since` it is the 24 hours
 * before `until`, wherever `until` is; a relative `since` counts from `now`. It never ends later than `now`.
 * @throws ReadError where one of them is not a time, or `since` is not before `until`.
 */
export function parseWindow(
  { since, until }: { since?: string; until: string },
  now: number,
): { since: number; to: number; now: number } {
  const to = Math.min(parseWhen(until, now), now);
  const begin = since === undefined ? to - day : parseWhen(since, now);
  if (begin >= to) throw new ReadError(`--since ${since ?? ""} is not before --until ${until}, or not before now`);
  return { since: begin, to, now };
}
