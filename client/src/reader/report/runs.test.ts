import { describe, expect, it } from "vitest";
import { runLine } from "../../../test/log-lines.ts";
import { at } from "../../../test/report-of.ts";
import { hops, type RunLine } from "../../line/record.ts";
import { Runs } from "./runs.ts";

function runsOf(...lines: [minute: number, over?: Partial<RunLine>][]): Runs {
  const runs = new Runs();
  for (const [minute, over] of lines) runs.add(runLine(at(minute), over));
  return runs;
}

function timesOf(runs: Runs, from = -Infinity, to = Infinity): number[] {
  return Array.from(runs.rows(from, to), (row) => runs.timeOf(row));
}

const failed = { kind: "FAIL", hop: "tcp", err: "ECONNREFUSED" } as const;

describe("runs in columns", () => {
  it("return each run, of every kind and hop", () => {
    for (const kind of ["ok", "flaky", "planned", "FAIL"] as const)
      for (const hop of hops)
        expect(runsOf([0, { kind, hop, ms: 7 }]).at(0)).toMatchObject({ kind, hop, ms: 7, time: at(0) });
  });

  it("keep the texts that the report needs, without control characters", () => {
    const texts = { err: "e\u001b", hint: "h\u202e", first: "f\u0007", plan: "p\u0000", beat: "failed" } as const;
    const kept = (kind: RunLine["kind"]): object => {
      const { time: _time, hop: _hop, ms: _ms, ...rest } = runsOf([0, { kind, ...texts }]).at(0);
      return rest;
    };
    expect(kept("ok")).toEqual({ kind: "ok", beat: "failed" });
    expect(kept("flaky")).toEqual({ kind: "flaky", err: "f\\u0007", beat: "failed" });
    expect(kept("FAIL")).toEqual({ kind: "FAIL", err: "e\\u001b", hint: "h\\u202e", plan: "p\\u0000", beat: "failed" });
    expect(runsOf([0]).at(0)).toEqual({ kind: "ok", time: at(0), hop: "app", ms: 43 });
    expect(runsOf([0, failed]).at(0)).not.toHaveProperty("plan");
  });

  it("keep the texts of each run apart", () => {
    const runs = runsOf([0, failed], [1, { ...failed, err: "other" }], [2, failed], [3]);
    expect([0, 1, 2, 3].map((row) => runs.at(row).err)).toEqual(["ECONNREFUSED", "other", "ECONNREFUSED", undefined]);
  });

  it("grow beyond their initial size", () => {
    const runs = new Runs();
    for (let minute = 0; minute < 5000; minute++)
      runs.add(runLine(at(minute), minute % 2 ? { ms: minute } : { ...failed, ms: minute, dns: minute }));
    expect(runs.size).toBe(5000);
    for (const row of [0, 1023, 1024, 2047, 2048, 4999]) {
      const kind = row % 2 ? "ok" : "FAIL";
      expect(runs.at(row)).toMatchObject({ kind, hop: row % 2 ? "app" : "tcp", time: at(row), ms: row });
    }
    expect(runs.sorted(runs.rows(-Infinity, Infinity), "ms")).toHaveLength(2500);
  });
});

describe("the rows of an instant", () => {
  it("are those from its start up to its end, which is excluded", () => {
    const runs = runsOf([0], [1], [2], [3]);
    expect(timesOf(runs, at(1), at(3))).toEqual([at(1), at(2)]);
    expect(timesOf(runs, at(1) + 1, at(3) + 1)).toEqual([at(2), at(3)]);
    expect(runs.repeated(at(0), at(4))).toBe(0);
  });

  it("are in order of time, for any order of lines", () => {
    expect(timesOf(runsOf([2], [0], [3], [1]))).toEqual([0, 1, 2, 3].map(at));
  });

  it.each([
    [["ok", "FAIL"], "FAIL"],
    [["FAIL", "ok"], "FAIL"],
    [["planned", "flaky", "ok"], "planned"],
    [["planned", "FAIL", "flaky"], "FAIL"],
    [["ok", "flaky"], "flaky"],
  ] as const)("of a slot that ran twice, %o, have the worst result", (kinds, worst) => {
    const runs = runsOf([5], ...kinds.map((kind): [number, Partial<RunLine>] => [0, { kind }]));
    const rows = runs.rows(-Infinity, Infinity);
    expect(Array.from(rows, (row) => runs.at(row).kind)).toEqual([worst, "ok"]);
    expect(runs.repeated(-Infinity, Infinity)).toBe(kinds.length - 1);
    expect(runs.repeated(at(1), Infinity)).toBe(0);
    expect(runs.repeated(-Infinity, at(5))).toBe(kinds.length - 1);
  });

  it("of two equal runs of a slot are the first", () => {
    const runs = runsOf([0, { ms: 1 }], [0, { ms: 2 }]);
    expect(Array.from(runs.rows(-Infinity, Infinity), (row) => runs.at(row).ms)).toEqual([1]);
  });
});

describe("the milliseconds of a phase", () => {
  it("are those of good runs that reached it, ascending", () => {
    const runs = runsOf(
      [0, { tls: 30 }],
      [1, { tls: 4, kind: "flaky" }],
      [2, { tls: undefined }],
      [3, { ...failed, tls: 1 }],
      [4, { tls: 0 }],
      [5, { tls: 2, kind: "planned" }],
    );
    const rows = runs.rows(-Infinity, Infinity);
    expect([...runs.sorted(rows, "tls")]).toEqual([0, 4, 30]);
    expect([...runs.sorted(rows.subarray(0, 1), "tls")]).toEqual([30]);
    expect([...runs.sorted(rows, "dns")]).toEqual([2, 2, 2, 2]);
  });
});
