import { InvalidArgumentError } from "commander";
import { analysisIdPattern, taskIdPattern } from "../contract/tasks.ts";

/** Each task of a list is read with its text, which may have 256 KiB. */
const most = 1_000;

/** How many tasks to list. */
export function count(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
}

/** The ID of a task or an analysis. Other keys of the queue, such as `meta`, are none. */
export function id(text: string): string {
  if (taskIdPattern.test(text) || analysisIdPattern.test(text)) return text;
  throw new InvalidArgumentError("An ID has 23 characters, the first is t or a; npm run tasks -- list shows IDs.");
}

/** The same, repeated; an ID that is given twice counts once. */
export function ids(text: string, before: string[] | undefined): string[] {
  return [...new Set([...(before ?? []), id(text)])];
}
