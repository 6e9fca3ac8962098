import { minute } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import { begin, linesOf, okLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { parseLine } from "../../line/parse.ts";
import type { GapLine } from "../../line/record.ts";
import { cadenceOf } from "./cadence.ts";
import { collect, newCollected } from "./collect.ts";
import { itemsOf, timelineOf, type Hole, type Timeline } from "./timeline.ts";

function gap(from: number, time: number, why: GapLine["why"], slots = time - from + 1): string {
  return formatLine({ kind: "gap", time: at(time), from: at(from), slots, why });
}

function stop(time: number): string {
  return formatLine({ kind: "stop", time, why: "SIGTERM" });
}

function holesOf(lines: string[], to: number): Omit<Hole, "kind">[] {
  const { holes } = reportOf([startLine(begin), ...lines], to).timeline;
  return holes.map(({ kind: _kind, ...hole }) => hole);
}

function timeline(lines: string[], question: { since: number; to: number; now: number }, hasOlder = false): Timeline {
  const log = newCollected();
  for (const text of lines) {
    const line = parseLine(text);
    if (line) collect(log, line, question);
  }
  return timelineOf(log, cadenceOf(log), question, hasOlder);
}

describe("a hole", () => {
  it("is from the first slot without a run to the run that ended it", () => {
    expect(holesOf([okLine(at(0)), okLine(at(3))], at(4))).toEqual([
      { from: at(1), until: at(3), slots: 2, why: ["unrecorded"] },
    ]);
    expect(holesOf(linesOf([..."ooo"]), at(3))).toEqual([]);
  });

  it("has the reasons of the gap lines within, each once", () => {
    const lines = [
      okLine(at(0)),
      gap(1, 1, "restart"),
      gap(2, 2, "suspend"),
      gap(3, 3, "restart"),
      okLine(at(5)),
      gap(6, 6, "disk"),
      okLine(at(7)),
      okLine(at(9)),
    ];
    expect(holesOf(lines, at(10)).map(({ from, why }) => [from, why])).toEqual([
      [at(1), ["restart", "suspend"]],
      [at(6), ["disk"]],
      [at(8), ["unrecorded"]],
    ]);
  });

  it("has no reason by a gap line that says that slots were run again", () => {
    expect(holesOf([okLine(at(0)), gap(1, 1, "clock", -1), okLine(at(2))], at(3))).toMatchObject([
      { why: ["unrecorded"] },
    ]);
  });

  it("has the reason of a gap line that began before the window", () => {
    const lines = [startLine(begin), okLine(at(0)), gap(1, 7, "suspend"), okLine(at(8))];
    const { holes } = timeline(lines, { since: at(5), to: at(9), now: at(9) });
    expect(holes).toEqual([{ kind: "hole", from: at(5), until: at(8), slots: 3, why: ["suspend"] }]);
  });

  it.each([
    ["was stopped within the minute before", at(1) + 5000, ["stopped"]],
    ["was stopped after it began", at(2) + 5000, ["stopped"]],
    ["was stopped long before", at(1) - 1, ["silent"]],
    ["was not stopped", undefined, ["silent"]],
  ])("at the end says that the client %s", (_, stopped, why) => {
    const lines = [okLine(at(0)), okLine(at(1)), ...(stopped === undefined ? [] : [stop(stopped)])];
    expect(holesOf(lines, at(9))).toEqual([{ from: at(2), until: at(9), slots: 7, why }]);
  });
});

describe("a timeline", () => {
  const lines = [startLine(at(2)), ...[2, 3, 4].map((index) => okLine(at(index)))];
  const question = { since: at(0), to: at(5), now: at(5) };

  it.each([
    ["with the log", {}, false, { from: at(2), isBeginning: true }],
    ["with the window, where the log is older", { since: at(3) }, false, { from: at(3), isBeginning: false }],
    ["with the window, where older lines were left unread", {}, true, { from: at(0), isBeginning: false }],
    ["at its end at the latest", { to: at(1) }, false, { from: at(1) }],
  ])("begins %s", (_, over, hasOlder, expected) => {
    expect(timeline(lines, { ...question, ...over }, hasOlder)).toMatchObject(expected);
  });

  it("has no beginning where its first line is no start line", () => {
    expect(timeline([okLine(at(0))], question).isBeginning).toBe(false);
  });

  it("gives a run a minute to be written, where its end is now", () => {
    const runs = [startLine(at(0)), okLine(at(0)), okLine(at(1))];
    const slots = (to: number, now: number): number[] =>
      timeline(runs, { since: at(0), to, now }).holes.map((hole) => hole.slots);
    expect(slots(at(2), at(2))).toEqual([]);
    expect(slots(at(2) + minute - 1, at(2) + minute - 1)).toEqual([]);
    expect(slots(at(3), at(3))).toEqual([1]);
    expect(slots(at(3), at(9))).toEqual([1]);
    expect(slots(at(2), at(9))).toEqual([]);
  });

  it("has its items in order of time", () => {
    const items = [
      ...itemsOf(timeline([startLine(at(0)), okLine(at(1)), okLine(at(3))], { since: 0, to: at(6), now: at(6) })),
    ];
    expect(items.map((item) => (item.kind === "hole" ? [item.from, item.slots] : item.time))).toEqual([
      [at(0), 1],
      at(1),
      [at(2), 1],
      at(3),
      [at(4), 2],
    ]);
  });
});
