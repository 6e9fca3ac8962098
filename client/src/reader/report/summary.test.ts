import { describe, expect, it } from "vitest";
import { linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { objectiveOf, percentiles, unknownLike } from "./summary.ts";

describe("an objective", () => {
  const none = { due: 0, ok: 0, flaky: 0, failed: 0, planned: 0, unknown: 0 };
  it.each([
    ["held, with room", { due: 1000, failed: 0 }, true, 1, 0],
    ["held, with no slot to spare", { due: 1000, failed: 1 }, true, 1, 1],
    ["broken", { due: 1000, failed: 2 }, false, 1, 2],
    ["unclear: unknown slots would break it", { due: 1000, failed: 1, unknown: 1 }, undefined, 1, 1],
    ["held, also if the unknown slot failed", { due: 1000, unknown: 1 }, true, 1, 0],
    ["broken, also if the unknown slots were good", { due: 1000, failed: 2, unknown: 9 }, false, 1, 2],
    ["held, planned failures apart", { due: 1500, planned: 500, failed: 1 }, true, 1, 1],
    ["unclear: nothing was due", {}, undefined, 0, 0],
    ["unclear: every due slot failed as planned", { due: 3, planned: 3 }, undefined, 0, 0],
  ] as const)("of 99.9 % is %s", (_, slots, held, budget, spent) => {
    const objective = objectiveOf({ ...none, ...slots }, 99.9, 1);
    expect(objective).toMatchObject({ held, budgetMinutes: budget, spentMinutes: spent, leftMinutes: budget - spent });
  });

  it("has its budget in minutes", () => {
    expect(objectiveOf({ ...none, due: 100, failed: 3 }, 90, 5)).toEqual({
      target: 90,
      held: true,
      budgetMinutes: 50,
      spentMinutes: 15,
      leftMinutes: 35,
      slotMinutes: 5,
    });
  });
});

describe("percentiles", () => {
  it.each([
    [[], undefined],
    [[7], { count: 1, p50: 7, p95: 7, p99: 7, max: 7 }],
    [[1, 9], { count: 2, p50: 1, p95: 9, p99: 9, max: 9 }],
    [Array.from({ length: 20 }, (_, index) => index + 1), { count: 20, p50: 10, p95: 19, p99: 20, max: 20 }],
    [Array.from({ length: 200 }, (_, index) => index + 1), { count: 200, p50: 100, p95: 190, p99: 198, max: 200 }],
  ])("of %o", (values, expected) => {
    expect(percentiles(Int32Array.from(values))).toEqual(expected);
  });
});

describe("a report", () => {
  it("has shares of due slots and of probed slots, without planned ones", () => {
    expect(reportOf([startLine(at(0)), ...linesOf([..."ofXp?o"])], at(6)).availability).toEqual({
      ofDue: 3 / 5,
      ofRun: 3 / 4,
    });
    expect(reportOf([startLine(at(0)), ...linesOf([..."pp"])], at(2)).availability).toEqual({
      ofDue: undefined,
      ofRun: undefined,
    });
  });

  it("shows the URL and schedule of the last start line before its end, or else of the first", () => {
    const other = startLine(at(5), "*/5 * * * *").replace("analyze.test/analyze", "other.test/");
    const lines = [other, startLine(at(0)), okLine(at(0))];
    expect(reportOf(lines, at(5))).toMatchObject({ target: "https://analyze.test/analyze", schedule: "* * * * *" });
    expect(reportOf(lines, at(6))).toMatchObject({ target: "https://other.test/", schedule: "*/5 * * * *" });
    expect(reportOf([okLine(at(0)), other], at(3))).toMatchObject({ target: "https://other.test/" });
    expect(reportOf([okLine(at(0))], at(3))).not.toHaveProperty("target");
  });

  it("counts the days from its end to the certificate's expiry", () => {
    const certified = formatLine(runLine(at(0), { cert: 30 }));
    const days = [1, 1439, 1440, 2880].map((minutes) => reportOf([certified], at(minutes)).certificateDays);
    expect(days).toEqual([30, 30, 29, 28]);
    expect(reportOf([okLine(at(0))], at(1))).not.toHaveProperty("certificateDays");
  });

  it("notes lines from the future only if there are any", () => {
    expect(reportOf([okLine(at(0)), okLine(at(9))], at(1)).future).toEqual({ lines: 1, latest: at(9) });
    expect(reportOf([okLine(at(0))], at(1))).not.toHaveProperty("future");
  });
});

describe("the report of a place without data", () => {
  const question = { since: at(0), to: at(10), now: at(10), slo: 99.9 };
  const problem = { file: "a", why: "b" };

  it("has every slot of the other place's schedule as unknown", () => {
    const known = reportOf([startLine(at(0), "*/2 * * * *"), okLine(at(0)), okLine(at(2))], at(10));
    const report = unknownLike(known, question, problem);
    expect(report).toMatchObject({
      target: "https://analyze.test/analyze",
      schedule: "*/2 * * * *",
      slots: { due: known.slots.due, unknown: known.slots.due, ok: 0 },
      state: { now: "unknown" },
      tally: { problems: [problem] },
    });
    expect(report.timeline).toMatchObject({ from: at(0), to: at(10), period: known.timeline.period });
  });

  it("takes the distance of slots from the other place if it has no schedule", () => {
    const known = reportOf([okLine(at(0)), okLine(at(5)), okLine(at(10))], at(11));
    const report = unknownLike(known, { ...question, to: at(11), now: at(11) }, problem);
    expect(report.timeline.period).toBe(at(5) - at(0));
    expect(report).not.toHaveProperty("target");
  });
});
