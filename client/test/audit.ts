import { formatLine } from "../src/line/format.ts";
import { parseLine } from "../src/line/parse.ts";
import { isAccount } from "../src/line/record.ts";
import type { Calendar } from "../src/log/calendar.ts";

/** The slots of a log, counted. */
export interface Audit {
  /** The first and the last accounted slot. */
  first: number;
  last: number;
  /** Runs + slots of gaps. */
  sum: number;
  /** Lines that do not continue exactly where the previous one ended. */
  faults: string[];
  /** Rows that are no records: torn or foreign. */
  bad: number;
  reasons: string[];
}

/** Reads a whole log, oldest line first, and counts its slots. */
export function audit(text: string, due: Calendar): Audit {
  const rows = text.split("\n").filter((row) => row !== "");
  const lines = rows.flatMap((row) => parseLine(row) ?? []);
  const faults: string[] = [];
  let [first, last, sum] = [0, 0, 0];
  for (const line of lines) {
    if (!isAccount(line)) continue;
    const from = line.kind === "gap" ? line.from : line.time;
    const slots = line.kind === "gap" ? line.slots : 1;
    const [expectedFrom, width] =
      slots < 0 ? [from, -due.count(from - 1, last)] : [due.slotAfter(last), due.count(from - 1, line.time)];
    if (last === 0) first = from;
    else if (from !== expectedFrom || slots !== width) faults.push(formatLine(line));
    last = slots < 0 ? due.slotAt(from - 1) : line.time;
    sum += slots;
  }
  const reasons = new Set(lines.flatMap((line) => (line.kind === "gap" ? line.why : [])));
  return { first, last, sum, faults, bad: rows.length - lines.length, reasons: [...reasons].toSorted() };
}
