import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readLog } from "../src/reader/read/log.ts";
import { newTally } from "../src/reader/read/tally.ts";
import { collect, newCollected } from "../src/reader/report/collect.ts";
import { summarize, type Report } from "../src/reader/report/summary.ts";
import { begin, linesOf, okLine, startLine } from "./log-lines.ts";
import { at } from "./report-of.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hostile-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function reportOn(rows: (string | Buffer)[], length: number): Promise<Report> {
  const log = join(dir, "analyze.log");
  writeFileSync(log, Buffer.concat(rows.map((row) => Buffer.from(row))));
  const question = { since: begin, to: at(length), now: at(length), slo: 99.9 };
  const [tally, collected] = [newTally(), newCollected()];
  for await (const lines of readLog(log, tally)) for (const line of lines) collect(collected, line, question);
  return summarize(collected, tally, question);
}

/** Rows that are no records, or not in the window. */
const junk = fc.oneof(
  fc.constant(`${"x".repeat(1_000_000)}\n`),
  fc.constant(`${"\0".repeat(70_000)}\n`),
  fc.constant("\n"),
  fc.constant("\r\n"),
  fc.constant(okLine(begin).slice(0, 50)).map((torn) => `${torn}\n`),
  fc.constant(`${okLine(begin).trimEnd()}\r\n`),
  fc.constant(okLine(begin).replace("2026-11-20", "2026-02-30")),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from([...bytes.filter((byte) => byte !== 10), 10])),
  fc.nat(9).map((minutes) => okLine(at(100_000 + minutes))),
);

it("does not depend on foreign rows, other times, order, or repeated lines", async () => {
  const kinds = fc.array(fc.constantFrom("o", "f", "X", "p", "g", "?"), { minLength: 2, maxLength: 40 });
  const cases = kinds.chain((letters) => {
    const lines = [startLine(begin), ...linesOf(["o", ...letters])];
    const mixed = fc.array(junk, { maxLength: 8 }).chain((rows) => {
      const all = [...lines, ...lines, ...rows];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    return fc.tuple(fc.constant(lines), mixed, fc.constant(letters.length + 1));
  });
  await fc.assert(
    fc.asyncProperty(cases, async ([lines, mixed, length]) => {
      const clean = await reportOn(lines, length);
      const hostile = await reportOn(mixed, length);
      expect(hostile.slots).toEqual(clean.slots);
      expect(hostile.outages).toEqual(clean.outages);
      expect(hostile.maintenance).toEqual(clean.maintenance);
      expect(hostile.latency).toEqual(clean.latency);
      expect(hostile.slots.due).toBe(length);
    }),
    { numRuns: 40 },
  );
}, 60_000);
