import { describe, expect, it } from "vitest";
import { minute, okLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { parseLine } from "../../line/parse.ts";
import { cadenceOf, type Cadence } from "./cadence.ts";
import { collect, newCollected } from "./collect.ts";

const second = 1000;

function cadenceIn(lines: string[]): Cadence {
  const log = newCollected();
  for (const text of lines) {
    const line = parseLine(text);
    if (line) collect(log, line, { to: at(1000), now: at(1000) });
  }
  return cadenceOf(log);
}

/** A log without a start line, whose slots are these seconds apart. */
function apart(...seconds: number[]): Cadence {
  const times = [at(0) + 20 * second];
  for (const step of seconds) times.push((times.at(-1) ?? 0) + step * second);
  return cadenceIn(times.map(okLine));
}

describe("the cadence of a log without a readable schedule", () => {
  it.each([
    [[], 60],
    [[60, 5, 5], 5],
    [[5, 60, 60], 60],
    [[60, 60, 5], 60],
    [[5, 5, 60, 60], 5],
    [[60, 60, 5, 5], 5],
  ])(
    "with slots %o seconds apart has the most frequent distance, or the shortest of several: %i",
    (seconds, period) => {
      expect(apart(...seconds).period).toBe(period * second);
    },
  );

  it("is due at the second at which most of its slots ran", () => {
    const { count, next } = apart(60, 60, 60, 65, 55);
    expect(next(at(2))).toBe(at(2) + 20 * second);
    expect(next(at(2) + 20 * second)).toBe(at(3) + 20 * second);
    expect(count(at(0), at(3))).toBe(3);
    expect(count(at(0) + 20 * second, at(3) + 20 * second)).toBe(3);
    expect(count(at(3), at(0))).toBe(0);
  });

  it("is the same with a schedule that cannot be read", () => {
    const runs = [20, 80, 140].map((seconds) => okLine(at(0) + seconds * second));
    expect(cadenceIn([startLine(at(0), "whenever"), ...runs]).next(at(5))).toBe(at(5) + 20 * second);
  });

  it("starts with its slot before the start line if another schedule was in force until then", () => {
    const runs = [20, 80, 140].map((seconds) => okLine(at(0) + seconds * second));
    const starts = [startLine(at(0), "*/5 * * * * *"), startLine(at(5) + 30 * second, "whenever")];
    const { count, next, period } = cadenceIn([...starts, ...runs]);
    expect(period).toBe(minute);
    expect(next(at(5) + 14 * second)).toBe(at(5) + 15 * second);
    expect(next(at(5) + 20 * second)).toBe(at(6) + 20 * second);
    expect(count(at(5), at(7))).toBe(5);
  });
});

describe("the cadence of several schedules", () => {
  const starts = [startLine(at(2), "* * * * *"), startLine(at(4), "*/5 * * * * *"), startLine(at(6), "*/10 * * * * *")];

  it("has the period of the last one", () => {
    expect(cadenceIn([...starts, okLine(at(2)), okLine(at(3))]).period).toBe(10 * second);
  });

  it("counts each from its start line on, and the first one also before it", () => {
    const { count, next } = cadenceIn(starts);
    expect([count(at(0), at(2)), count(at(3), at(5)), count(at(5), at(7))]).toEqual([2, 13, 18]);
    expect([next(at(0)), next(at(4)), next(at(6))]).toEqual([at(1), at(4) + 5 * second, at(6) + 10 * second]);
  });

  it("is next due at the first slot of a new schedule if that comes before the next slot of the old one", () => {
    const { next } = cadenceIn([startLine(at(0)), startLine(at(4) + 24 * second, "*/5 * * * * *")]);
    expect([next(at(3)), next(at(4)), next(at(4) + 20 * second)]).toEqual([
      at(4),
      at(4) + 20 * second,
      at(4) + 25 * second,
    ]);
  });

  it("is the same for every order of the lines", () => {
    const { count, period } = cadenceIn(starts.toReversed());
    expect(period).toBe(10 * second);
    expect(count(at(0), at(7))).toBe(cadenceIn(starts).count(at(0), at(7)));
  });
});

it("a changed schedule adds no due slot before its first one", () => {
  const changed = at(1) + 24 * second;
  const fives = [0, 1, 2, 3].map((index) => okLine(at(1) + (20 + index * 5) * second));
  const lines = [startLine(at(0)), okLine(at(0)), okLine(at(1)), startLine(changed, "*/5 * * * * *"), ...fives];
  const { slots } = reportOf(lines, at(1) + 40 * second);
  expect(slots).toMatchObject({ due: 6, ok: 6, unknown: 0 });
});

it("slots before a new schedule follow the previous one, and those after it follow the new one", () => {
  const changed = at(4) + 24 * second;
  const lines = [startLine(at(0)), okLine(at(0)), startLine(changed, "*/5 * * * * *"), okLine(at(4) + 40 * second)];
  const { slots, timeline } = reportOf(lines, at(4) + 45 * second);
  // Four by the minute, and those of 20, 25, 30 and 35 s.
  expect(slots).toMatchObject({ due: 10, ok: 2, unknown: 8 });
  expect(timeline.holes).toMatchObject([{ from: at(0) + minute, slots: 8 }]);
});
