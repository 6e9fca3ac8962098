import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import type { Report } from "./summary.ts";

/** A report on these minutes; `log` says whether the log starts with them or has older lines. */
function reportOn(letters: string, { older = false } = {}): Report {
  const lines = linesOf([...letters]);
  return older
    ? reportOf(lines, at(letters.length), begin, 99.9, 1)
    : reportOf([startLine(begin), ...lines], at(letters.length));
}

function planned(index: number, plan?: string): string {
  return formatLine(runLine(at(index), { kind: "planned", hop: "tcp", plan }));
}

describe("the state at the end", () => {
  it.each([
    ["ooo", { now: "up", since: at(0), sinceBefore: false }],
    ["oof", { now: "up", since: at(0), sinceBefore: false }],
    ["oXo", { now: "up", since: at(2), sinceBefore: false }],
    ["opo", { now: "up", since: at(2), sinceBefore: false }],
    ["oXpo", { now: "up", since: at(3), sinceBefore: false }],
    ["opXo", { now: "up", since: at(3), sinceBefore: false }],
    ["oXoo?o", { now: "up", since: at(2), sinceBefore: false }],
    ["XX", { now: "down", since: at(0), sinceBefore: false }],
    ["oXX", { now: "down", since: at(1), sinceBefore: false }],
    ["oX?X", { now: "down", since: at(1), sinceBefore: false }],
    ["opX", { now: "down", since: at(2), sinceBefore: false }],
    ["pp", { now: "planned", since: at(0), sinceBefore: false, why: ["new disks"] }],
    ["oXpp", { now: "planned", since: at(2), sinceBefore: false, why: ["new disks"] }],
    ["og??", { now: "unknown", since: at(1), sinceBefore: false, why: ["restart", "silent"] }],
    ["oX??", { now: "unknown", since: at(2), sinceBefore: false, why: ["silent"] }],
  ])("of %s", (letters, state) => {
    expect(reportOn(letters).state).toMatchObject(state);
  });

  it.each([
    ["ooo", { now: "up", since: at(0), sinceBefore: true }],
    ["oXo", { now: "up", since: at(2), sinceBefore: false }],
    ["XX", { now: "down", since: at(0), sinceBefore: true }],
    ["oXX", { now: "down", since: at(1), sinceBefore: false }],
    ["pp", { now: "planned", since: at(0), sinceBefore: true }],
    ["op", { now: "planned", since: at(1), sinceBefore: false }],
    ["?XX", { now: "down", since: at(1), sinceBefore: false }],
    ["?oo", { now: "up", since: at(1), sinceBefore: true }],
    ["???", { now: "unknown", since: at(0), sinceBefore: true }],
  ])("of %s when older lines were not read", (letters, state) => {
    expect(reportOn(letters, { older: true }).state).toMatchObject(state);
  });

  it("has the latest run and, while down, the latest fault", () => {
    const lines = [okLine(at(0)), failLine(at(1)), failLine(at(2), "dns", "ENOTFOUND")];
    expect(reportOf(lines, at(3)).state).toEqual({
      now: "down",
      since: at(1),
      sinceBefore: false,
      last: { time: at(2), kind: "FAIL", ms: 43, hop: "dns" },
      fault: { hop: "dns", err: "ENOTFOUND", hint: undefined, failed: 2 },
    });
    expect(reportOn("opp").state).toMatchObject({
      fault: { hop: "tcp", err: "ECONNREFUSED", failed: 2 },
      last: { time: at(2), kind: "planned" },
    });
    expect(reportOn("oo??").state).toMatchObject({ last: { time: at(1), kind: "ok", hop: "app" } });
    expect(reportOn("oo").state).not.toHaveProperty("fault");
  });

  it("has a reason but no run when the window has no lines", () => {
    const { state } = reportOf([startLine(begin)], at(3));
    expect(state).toMatchObject({ now: "unknown", since: begin, sinceBefore: true, why: ["silent"] });
    expect(state).not.toHaveProperty("last");
    expect(reportOf([], at(0)).state).toMatchObject({ now: "unknown", why: ["empty"] });
  });

  it("says that the heartbeat failed", () => {
    const failing = formatLine(runLine(at(0), { beat: "failed" }));
    expect(reportOf([failing], at(1)).state.last).toMatchObject({ beat: "failed" });
    expect(reportOf([okLine(at(0))], at(1)).state.last).not.toHaveProperty("beat");
  });
});

describe("outages", () => {
  it("have the fault of the first failure, and each other hop once, in order", () => {
    const hint = "look";
    const lines = [
      formatLine(runLine(at(0), { kind: "FAIL", hop: "tcp", err: "ECONNREFUSED", hint })),
      ...(["dns", "tcp", "app", "dns"] as const).map((hop, index) => failLine(at(index + 1), hop, "other")),
      okLine(at(5)),
    ];
    expect(reportOf(lines, at(6)).outages).toEqual([
      {
        from: at(0),
        until: at(5),
        failed: 5,
        unknown: 0,
        hop: "tcp",
        err: "ECONNREFUSED",
        hint,
        laterHops: ["dns", "app"],
      },
    ]);
  });

  it("end at a flaky or planned slot, and count the unknown slots within", () => {
    const { outages } = reportOn("X?XfXp??XXo");
    expect(outages.map(({ from, until, failed, unknown }) => [from, until, failed, unknown])).toEqual([
      [at(0), at(3), 2, 1],
      [at(4), at(5), 1, 0],
      [at(8), at(10), 2, 0],
    ]);
  });
});

describe("maintenance", () => {
  it("with a different reason is a separate maintenance", () => {
    const lines = [planned(0, "disks"), planned(1, "disks"), planned(2, "nodes"), planned(3), okLine(at(4))];
    expect(reportOf(lines, at(5)).maintenance).toEqual([
      { from: at(0), until: at(2), planned: 2, why: "disks" },
      { from: at(2), until: at(3), planned: 1, why: "nodes" },
      { from: at(3), until: at(4), planned: 1, why: "" },
    ]);
  });
});
