import { day, hour, minute } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { groupSlots, markOf } from "./groups.ts";
import type { Timeline } from "./timeline.ts";

function timelineOn(letters: string): Timeline {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length)).timeline;
}

/** A timeline of this length with one good run at its beginning. */
function lasting(length: number, schedule = "* * * * *"): Timeline {
  return reportOf([startLine(begin, schedule), okLine(begin)], begin + length).timeline;
}

describe("the width of a group", () => {
  it.each([
    { length: hour, most: 60, width: minute },
    { length: hour, most: 59, width: 2 * minute },
    { length: 4 * hour, most: 60, width: 5 * minute },
    { length: day, most: 120, width: 15 * minute },
    { length: day, most: 24, width: hour },
    { length: 100 * day, most: 60, width: 2 * day },
    { length: 365 * day, most: 60, width: 7 * day },
    { length: 730 * day, most: 60, width: 14 * day },
    { length: 365 * day, most: 3, width: 189 * day },
  ])("of $length ms in at most $most groups is $width ms", ({ length, most, width }) => {
    const found = groupSlots(lasting(length), most);
    expect(found.width).toBe(width);
    expect(found.groups.length).toBeLessThanOrEqual(most);
    expect(found.groups.map(({ from }) => from - begin)).toEqual(
      found.groups.map((_, index) => (found.groups[0]?.from ?? 0) - begin + index * width),
    );
  });

  it("is at least the distance between two slots", () => {
    expect(groupSlots(lasting(6 * hour, "*/20 * * * *"), 500).width).toBe(20 * minute);
    expect(groupSlots(lasting(minute, "*/5 * * * * *"), 500).width).toBe(minute);
  });

  it("starts at a whole hour or day of UTC, and covers the whole window", () => {
    const { groups, width } = groupSlots(reportOf([okLine(at(7)), okLine(at(8))], at(130)).timeline, 5);
    expect(width).toBe(30 * minute);
    expect(groups.map(({ from }) => from)).toEqual([at(0), at(30), at(60), at(90), at(120)]);
  });
});

describe("what a group counts", () => {
  it("are the runs by kind, the hops of failures, and the milliseconds of good runs", () => {
    const lines = [
      formatLine(runLine(at(0), { ms: 10 })),
      formatLine(runLine(at(1), { kind: "flaky", ms: 20, hop: "edge" })),
      failLine(at(2), "dns"),
      failLine(at(3), "tcp"),
      formatLine(runLine(at(4), { kind: "planned", hop: "tls", ms: 30 })),
    ];
    const { groups } = groupSlots(reportOf([startLine(begin), ...lines], at(5)).timeline, 2);
    expect(groups).toEqual([
      {
        from: at(0),
        runs: 5,
        flaky: 1,
        failed: 2,
        planned: 1,
        unknown: 0,
        hops: new Set(["dns", "tcp", "tls"]),
        good: [10, 20],
      },
    ]);
  });

  it("are the unknown slots within the group", () => {
    const { groups } = groupSlots(timelineOn("oo??????oo"), 5);
    expect(groups.map(({ runs, unknown }) => [runs, unknown])).toEqual([
      [2, 0],
      [0, 2],
      [0, 2],
      [0, 2],
      [2, 0],
    ]);
  });

  it("exclude the slot of the last minute, which can still be written", () => {
    const { timeline } = reportOf([startLine(begin), okLine(at(0)), okLine(at(1))], at(10.5));
    expect(groupSlots(timeline, 6).groups.map(({ unknown }) => unknown)).toEqual([0, 2, 2, 2, 2, 0]);
  });

  it("include no slots in hours that the schedule omits", () => {
    const schedule = "*/30 8-9 * * *";
    const { groups, width } = groupSlots(
      reportOf([startLine(begin, schedule), okLine(at(600))], at(3 * 1440)).timeline,
      80,
    );
    const unknown = groups.filter((group) => group.unknown > 0);
    expect(width).toBe(hour);
    expect(unknown.map((group) => [(group.from % day) / hour, group.unknown])).toEqual([
      [8, 1],
      [9, 2],
      [8, 2],
      [9, 2],
      [8, 2],
      [9, 2],
    ]);
  });
});

describe("the mark of a group", () => {
  const none = { from: 0, runs: 0, flaky: 0, failed: 0, planned: 0, unknown: 0, hops: new Set<never>(), good: [] };
  it.each([
    [{}, "none"],
    [{ runs: 1 }, "ok"],
    [{ runs: 2, flaky: 1 }, "flaky"],
    [{ runs: 2, flaky: 1, planned: 1 }, "planned"],
    [{ runs: 2, flaky: 1, planned: 1, unknown: 1 }, "unknown"],
    [{ runs: 2, flaky: 1, planned: 1, unknown: 1, failed: 1 }, "failed"],
  ])("of %o is the worst in it: %s", (counts, mark) => {
    expect(markOf({ ...none, ...counts })).toBe(mark);
  });
});
