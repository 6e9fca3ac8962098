import { UserError } from "@analyze/common/errors";
import { day } from "@analyze/common/time";
import { readText, type Stored } from "./folder.ts";
import { certificatesIn } from "./inspect.ts";

export const record = "ca-replacement.json";

/** The dates of a replacement's next steps. */
export interface Replacement {
  switchOn: Date;
  endOn: Date;
}

/** The replacement in progress in a folder. Throws a {@link UserError} if its record is damaged. */
export function replacementIn(dir: string): Replacement | undefined {
  const text = readText(dir, record);
  if (text === undefined) return undefined;
  const [, switchOn = ""] = /"switchOn": "([^"]+)"/.exec(text) ?? [];
  const [, endOn = ""] = /"endOn": "([^"]+)"/.exec(text) ?? [];
  const replacement = { switchOn: new Date(switchOn), endOn: new Date(endOn) };
  if (Object.values(replacement).every((date) => !Number.isNaN(date.getTime()))) return replacement;
  throw new UserError(`${dir}/${record} is damaged: restore it with both dates, {"switchOn": "…", "endOn": "…"}`, {
    exitCode: 1,
  });
}

/** Whether the new CA already issues. */
export function isSwitched(dir: string): boolean {
  return readText(dir, "ca-next.crt") === undefined;
}

/** The state of a replacement whose record was lost: nothing continues it. */
export function interruptedIn(dir: string): "begun" | "switched" | undefined {
  if (readText(dir, record) !== undefined) return undefined;
  if (!isSwitched(dir)) return "begun";
  const [, ...others] = certificatesIn(readText(dir, "ca.crt") ?? "");
  const [old] = certificatesIn(readText(dir, "ca-old.crt") ?? "");
  return old !== undefined && others.includes(old) ? "switched" : undefined;
}

/**
 * The switch is at the latest a day before the old CA expires, and the end is before the expiry, too: clients refuse a file with an
 * expired CA. If the old CA has expired already, there is no overlap.
 */
export function datesOf(now: Date, oldEnd: Date, overlapMs: number): Replacement {
  const switchOn = new Date(latest(now, oldEnd, day, now.getTime() + overlapMs));
  return { switchOn, endOn: endAfter(switchOn, now, oldEnd, overlapMs) };
}

/** The end of a replacement whose switch was at `switchOn`. */
export function endAfter(switchOn: Date, now: Date, oldEnd: Date, overlapMs: number): Date {
  return new Date(latest(now, oldEnd, day / 2, switchOn.getTime() + overlapMs));
}

function latest(now: Date, oldEnd: Date, before: number, wanted: number): number {
  return Math.min(wanted, Math.max(now.getTime(), oldEnd.getTime() - before));
}

/** The record's content. */
export function textOf(replacement: Replacement): string {
  return `${JSON.stringify(replacement, undefined, 2)}\n`;
}

/** The CA that signs, without the others that clients trust. */
export function first({ certificate }: Stored): string {
  return certificatesIn(certificate)[0] ?? certificate;
}
