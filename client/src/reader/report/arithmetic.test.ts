import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { begin, linesOf, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { parseLine } from "../../line/parse.ts";
import { newTally } from "../read/tally.ts";
import { collect, newCollected } from "./collect.ts";
import { groupSlots } from "./groups.ts";
import { summarize, type Report } from "./summary.ts";
import { itemsOf } from "./timeline.ts";

/** The result of a minute: ok, flaky, failed, failed as planned, within a gap line, or not in the log. */
const minuteKinds = ["o", "f", "X", "p", "g", "?"] as const;
const history = fc.array(fc.constantFrom(...minuteKinds, "o", "o"), { minLength: 2, maxLength: 300 });

/** A report without the fields that depend on the order of lines: storage, and the number of repeated lines. */
function comparable({ timeline, ...rest }: Report): object {
  return { ...rest, repeated: 0, timeline: { ...timeline, count: 0, runs: 0, rows: 0, items: [...itemsOf(timeline)] } };
}

function countOf(minutes: readonly string[], ...kinds: string[]): number {
  return minutes.filter((kind) => kinds.includes(kind)).length;
}

/** The first line fixes where the log begins, so it is always a run; the end is a minute after the last slot. */
const whole = history.map((minutes) => ["o"].concat(minutes));

describe("the arithmetic of a report", () => {
  it("counts every due minute once, whatever happened in it", () => {
    fc.assert(
      fc.property(whole, (minutes) => {
        const { slots } = reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length));
        expect(slots).toEqual({
          due: minutes.length,
          ok: countOf(minutes, "o"),
          flaky: countOf(minutes, "f"),
          failed: countOf(minutes, "X"),
          planned: countOf(minutes, "p"),
          unknown: countOf(minutes, "g", "?"),
        });
        expect(slots.due).toBe(slots.ok + slots.flaky + slots.failed + slots.planned + slots.unknown);
      }),
    );
  });

  it("does not depend on the order of lines or on repeated lines", () => {
    const shuffled = whole.chain((minutes) => {
      const lines = linesOf(minutes);
      return fc.tuple(fc.constant(minutes), fc.shuffledSubarray([...lines, ...lines], { minLength: lines.length * 2 }));
    });
    fc.assert(
      fc.property(shuffled, ([minutes, lines]) => {
        const straight = reportOf(linesOf(minutes), at(minutes.length));
        const mixed = reportOf(lines, at(minutes.length));
        expect(comparable(mixed)).toEqual(comparable(straight));
      }),
    );
  });

  it("finds the outages: consecutive failures, also across unknown minutes", () => {
    fc.assert(
      fc.property(whole, (minutes) => {
        const { outages } = reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length));
        const expected = [...minutes.join("").matchAll(/X[Xg?]*/g)].map(({ 0: run, index }) => ({
          from: at(index),
          until: index + run.length < minutes.length ? at(index + run.length) : undefined,
          failed: countOf([...run], "X"),
          unknown: countOf([...run], "g", "?"),
        }));
        expect(outages.map(({ from, until, failed, unknown }) => ({ from, until, failed, unknown }))).toEqual(expected);
      }),
    );
  });

  it("finds the maintenance and excludes it from the figures", () => {
    fc.assert(
      fc.property(whole, (minutes) => {
        const { maintenance, availability, slots } = reportOf(linesOf(minutes), at(minutes.length));
        expect(maintenance.reduce((sum, { planned }) => sum + planned, 0)).toBe(countOf(minutes, "p"));
        const starts = [...minutes.join("").matchAll(/p[pg?]*/g)].map(({ index }) => at(index));
        expect(maintenance.map(({ from }) => from)).toEqual(starts);
        const good = slots.ok + slots.flaky;
        expect(availability.ofRun).toBe(good / (good + slots.failed));
      }),
    );
  });

  it("puts each slot into one of two adjacent windows: the parts of a day add up to the day", () => {
    fc.assert(
      fc.property(whole, fc.nat(), (minutes, cut) => {
        const middle = at(cut % minutes.length);
        const lines = [startLine(begin), ...linesOf(minutes)];
        const [all, first, second] = [
          [begin, at(minutes.length)],
          [begin, middle],
          [middle, at(minutes.length)],
        ].map(([since = 0, to = 0]) => {
          const log = newCollected();
          const question = { since, to, now: at(minutes.length), slo: 99.9 };
          for (const line of lines.flatMap((text) => parseLine(text) ?? [])) collect(log, line, question);
          return summarize(log, { ...newTally(), olderFiles: 1 }, question).slots;
        });
        for (const key of ["due", "ok", "flaky", "failed", "planned", "unknown"] as const)
          expect((first?.[key] ?? 0) + (second?.[key] ?? 0)).toBe(all?.[key]);
      }),
    );
  });

  it("loses no slot in a strip of any width", () => {
    fc.assert(
      fc.property(whole, fc.integer({ min: 2, max: 200 }), (minutes, width) => {
        const { timeline, slots } = reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length));
        const { groups } = groupSlots(timeline, width);
        expect(groups.length).toBeLessThanOrEqual(width);
        expect(groups.reduce((sum, group) => sum + group.runs + group.unknown, 0)).toBe(slots.due);
      }),
    );
  });

  it("calls the objective held or broken only if the unknown minutes cannot change that", () => {
    fc.assert(
      fc.property(whole, fc.integer({ min: 0, max: 100 }), (minutes, slo) => {
        const { slots, objective } = reportOf([startLine(begin), ...linesOf(minutes)], at(minutes.length), 0, slo);
        const isHeldWith = (good: number): boolean => good * 100 >= slo * (slots.due - slots.planned);
        const answered = slots.ok + slots.flaky;
        const [worst, best] = [isHeldWith(answered), isHeldWith(answered + slots.unknown)];
        expect(objective.held).toBe(worst === best ? worst : undefined);
      }),
    );
  });
});
