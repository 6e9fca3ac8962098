import * as fc from "fast-check";
import { expect, it } from "vitest";
import { formatLine } from "../src/line/format.ts";
import { calendar } from "../src/log/calendar.ts";
import { createLedger } from "../src/poller/schedule/ledger.ts";
import { begin, minute, runLine, startLine } from "./log-lines.ts";
import { reportOf } from "./report-of.ts";

/** A margin for a clock that goes back. */
const origin = begin + 10_000 * minute;

/** A run in the next slot, or after the clock or the host has moved by some minutes, also backwards. */
const moves = fc.array(fc.oneof(fc.constant(1), fc.constant(1), fc.integer({ min: -40, max: 90 })), {
  minLength: 1,
  maxLength: 200,
});

it("finds as many due slots as the poller's ledger accounts for, across every clock step", () => {
  fc.assert(
    fc.property(moves, (steps) => {
      const ledger = createLedger(calendar("* * * * *"), [], 0);
      const lines = [startLine(origin)];
      const slots = new Set<number>();
      let [slot, runs, gaps] = [origin, 0, 0];
      for (const step of [0, ...steps]) {
        slot += step * minute;
        const { run, gap } = ledger.claim(slot);
        if (gap) lines.push(formatLine(gap));
        if (run) lines.push(formatLine(runLine(slot)));
        gaps += gap?.slots ?? 0;
        runs += run ? 1 : 0;
        slots.add(slot);
      }
      const [first, last] = [Math.min(...slots), Math.max(...slots)];
      const report = reportOf(lines, last + minute, first);
      expect(report.slots).toMatchObject({ ok: slots.size, unknown: (last - first) / minute + 1 - slots.size });
      expect(report.repeated).toBe(runs - slots.size);
      expect(runs + gaps).toBe((slot - origin) / minute + 1);
    }),
  );
});
