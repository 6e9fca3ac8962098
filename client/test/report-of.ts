import { parseLine } from "../src/line/parse.ts";
import { newTally } from "../src/reader/read/tally.ts";
import { collect, newCollected } from "../src/reader/report/collect.ts";
import { summarize, type Report } from "../src/reader/report/summary.ts";
import { begin, minute } from "./log-lines.ts";

/** The slot `index` minutes after {@link begin}. */
export function at(index: number): number {
  return begin + index * minute;
}

/** The report of a log of these lines, without any file. */
export function reportOf(lines: string[], to: number, since = 0, slo = 99.9, olderFiles = 0): Report {
  const log = newCollected();
  const question = { since, to, now: to, slo };
  for (const text of lines) {
    const line = parseLine(text);
    if (line) collect(log, line, question);
  }
  return summarize(log, { ...newTally(), olderFiles }, question);
}
