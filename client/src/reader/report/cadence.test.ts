import { expect, it } from "vitest";
import { minute, okLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";

const second = 1000;

it("a change of the schedule invents no due slot before the new one", () => {
  const changed = at(1) + 24 * second;
  const fives = [0, 1, 2, 3].map((index) => okLine(at(1) + (20 + index * 5) * second));
  const lines = [startLine(at(0)), okLine(at(0)), okLine(at(1)), startLine(changed, "*/5 * * * * *"), ...fives];
  const { slots } = reportOf(lines, at(1) + 40 * second);
  expect(slots).toMatchObject({ due: 6, ok: 6, unknown: 0 });
});

it("slots before a new schedule count by the previous one, and those after it by the new one", () => {
  const changed = at(4) + 24 * second;
  const lines = [startLine(at(0)), okLine(at(0)), startLine(changed, "*/5 * * * * *"), okLine(at(4) + 40 * second)];
  const { slots, timeline } = reportOf(lines, at(4) + 45 * second);
  // Four by the minute, and those of 20, 25, 30 and 35 s.
  expect(slots).toMatchObject({ due: 10, ok: 2, unknown: 8 });
  expect(timeline.holes).toMatchObject([{ from: at(0) + minute, slots: 8 }]);
});
