import { day, hour, minute, second } from "@analyze/common/time";

const units = { s: second, m: minute, h: hour, d: day };

/** `14d`, `12h`, `30m`, `10s` in milliseconds; `0` is zero. Undefined for anything else. */
export function durationOf(text: string): number | undefined {
  if (text === "0") return 0;
  const [, digits = "", unit = ""] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  const factor = Object.entries(units).find(([name]) => name === unit)?.[1];
  return factor === undefined ? undefined : Number(digits) * factor;
}
