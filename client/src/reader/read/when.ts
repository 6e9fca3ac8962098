import { ReadError } from "./read-error.ts";

const units: Record<string, number> = { s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const dated = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * An instant as a person types it: how long ago (`90min`, `24h`, `30d`, `now`), a date, or a date and time; UTC where
 * it names no zone, as the log does. Epoch milliseconds.
 * @throws ReadError, quoting the text, for anything else.
 */
export function parseWhen(text: string, now: number): number {
  if (text === "now") return now;
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text) ?? [];
  const size = units[unit];
  if (count !== undefined && size !== undefined) return now - Number(count) * size;
  const date = dated.exec(text);
  const isTimeWithoutZone = text.length > 10 && date?.groups?.["zone"] === undefined;
  const time = date
    ? Date.parse(isTimeWithoutZone ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"))
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new ReadError(
    `"${text}" is not a time. Use how long ago (90min, 24h, 30d) or a date (2026-11-21, 2026-11-21T06:00Z)`,
  );
}

/**
 * The window that `--since` and `--until` name, as epoch milliseconds. Without `since` it is the 24 hours before `until`,
 * wherever `until` is; a relative `since` counts from `now`.
 * @throws ReadError where one of them is not a time, or `since` is not before `until`.
 */
export function parseWindow(
  { since, until }: { since?: string; until: string },
  now: number,
): { since: number; to: number } {
  const to = parseWhen(until, now);
  if (since === undefined) return { since: to - 86_400_000, to };
  const begin = parseWhen(since, now);
  if (begin >= to) throw new ReadError(`--since ${since} is not before --until ${until}`);
  return { since: begin, to };
}
