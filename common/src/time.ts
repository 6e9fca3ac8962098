/** Durations in milliseconds. */
export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const units: Record<string, number> = { s: second, min: minute, m: minute, h: hour, d: day, w: 7 * day };

/** A duration as a person types it (`45s`, `90min`, `1.5h`, `30d`, `2w`) in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text) ?? [];
  const size = units[unit];
  return count === undefined || size === undefined ? undefined : Number(count) * size;
}
