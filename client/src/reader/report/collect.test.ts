import { describe, expect, it } from "vitest";
import { runLine } from "../../../test/log-lines.ts";
import { at } from "../../../test/report-of.ts";
import type { LogLine } from "../../line/record.ts";
import { collect, newCollected, type Collected } from "./collect.ts";

function start(minute: number, over = {}): LogLine {
  const settings = { version: "1", url: "u", schedule: "* * * * *", config: "c", host: "h", pid: 7 };
  return { kind: "start", time: at(minute), ...settings, ...over };
}

function gap(from: number, time: number): LogLine {
  return { kind: "gap", time: at(time), from: at(from), slots: time - from + 1, why: "restart" };
}

function stop(minute: number, why: string): LogLine {
  return { kind: "stop", time: at(minute), why };
}

function collected(lines: LogLine[], { to = at(100), now = at(100) } = {}): Collected {
  const log = newCollected();
  for (const line of lines) collect(log, line, { to, now });
  return log;
}

describe("what a report reads from a log", () => {
  it("is empty without lines", () => {
    const { runs, ...rest } = collected([]);
    expect(runs.size).toBe(0);
    expect(rest).toEqual({ gaps: [], starts: [], begin: Infinity, future: { lines: 0, latest: -Infinity } });
  });

  it("has every schedule with control characters made visible, and the runs before the end", () => {
    const late = start(20, { url: "u\u202e", schedule: "s\u001b" });
    const log = collected([start(0), runLine(at(1)), runLine(at(9)), runLine(at(10)), late], { to: at(10) });
    expect(log.starts).toEqual([
      { time: at(0), schedule: "* * * * *", url: "u" },
      { time: at(20), schedule: "s\\u001b", url: "u\\u202e" },
    ]);
    expect(log.runs.size).toBe(2);
  });

  it.each([
    ["a start line", [start(3), runLine(at(4))], true],
    ["any other", [runLine(at(3)), start(4)], false],
  ])("says whether the first line is %s", (_, lines, begun) => {
    expect(collected(lines).hasBeginning).toBe(begun);
  });

  it.each([
    ["its first line", [runLine(at(5)), runLine(at(3))], at(3)],
    ["the beginning of a gap", [runLine(at(5)), gap(2, 6)], at(2)],
    ["the end of a gap written when the clock was set back", [gap(9, 4)], at(4)],
    ["nothing, if all lines are later than the end", [runLine(at(200)), gap(150, 160)], Infinity],
  ])("begins with %s", (_, lines, begin) => {
    expect(collected(lines).begin).toBe(begin);
  });

  it("has every gap, also those that extend past the end", () => {
    expect(collected([gap(2, 6), gap(8, 20), gap(30, 40)], { to: at(10) }).gaps).toHaveLength(3);
    expect(collected([gap(8, 20)], { to: at(10) }).begin).toBe(at(8));
  });

  it("counts lines more than a minute in the future, and has the latest", () => {
    const times = [9, 11, 12, 30, 20];
    const log = collected(
      times.map((minute) => runLine(at(minute))),
      { to: at(10), now: at(10) },
    );
    expect(log.future).toEqual({ lines: 3, latest: at(30) });
    expect(collected([runLine(at(11) + 1000)], { now: at(10) }).future.lines).toBe(1);
  });

  it("has the latest certificate and stop of the client, in any order of lines", () => {
    const log = collected([
      runLine(at(1), { cert: 30 }),
      runLine(at(3), { cert: 28 }),
      runLine(at(2), { cert: 29 }),
      runLine(at(4)),
      stop(6, "first"),
      stop(6, "second"),
      stop(5, "earlier"),
    ]);
    expect(log.certificate).toEqual({ time: at(3), days: 28 });
    expect(log.stop).toEqual({ time: at(6), why: "second" });
    expect(collected([stop(200, "late")], { to: at(100) })).not.toHaveProperty("stop");
  });
});
