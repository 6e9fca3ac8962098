import { describe, expect, it } from "vitest";
import { failLine, linesOf, minute, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { drawLine } from "./text.ts";
import {
  atMinute,
  cadence,
  certificate,
  inWords,
  maintenanceLength,
  minutes,
  notes,
  objectiveSentence,
  outageError,
  outageLength,
  percent,
  plural,
  slotSum,
} from "./wording.ts";

function objectiveOf(letters: string): string {
  return objectiveSentence(reportOf([startLine(at(0)), ...linesOf([...letters])], at(letters.length), 0, 90).objective);
}

describe("figures in words", () => {
  it("shows a duration in its two largest units", () => {
    const hour = 60 * minute;
    expect([0, 59_900, minute, 59 * minute, hour, 16 * hour + 20 * minute, 76 * hour].map(inWords)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "1 h",
      "16 h 20 min",
      "3 d 4 h",
    ]);
  });

  it("shows an instant to the minute, in UTC", () => {
    expect(atMinute(Date.UTC(2026, 10, 21, 6, 8, 59))).toBe("2026-11-21 06:08");
  });

  it("has singular and plural", () => {
    expect([0, 1, 2].map((count) => plural(count, "slot"))).toEqual(["0 slots", "1 slot", "2 slots"]);
  });

  it("never rounds a share up to 100 %", () => {
    expect([1, 43_199 / 43_200, 0.999, 0, undefined].map(percent)).toEqual([
      "100 %",
      "99.997 %",
      "99.900 %",
      "0.000 %",
      "unknown",
    ]);
  });

  it("says when a certificate has expired", () => {
    expect([364, 1, 0, -1].map(certificate)).toEqual([
      "364 days left",
      "1 day left",
      "0 days left",
      "expired 1 day ago",
    ]);
  });

  it("shows few minutes with a decimal, and fewer in seconds", () => {
    expect([1.44, 43.2, 9.94, 10.4, -3.56, -12.4, 0.999, 0.98, 0.028, -0.5, 0].map(minutes)).toEqual([
      "1.4 min",
      "43 min",
      "9.9 min",
      "10 min",
      "-3.6 min",
      "-12 min",
      "1 min",
      "59 s",
      "2 s",
      "-30 s",
      "0 s",
    ]);
  });

  it("says how much error budget is left, and when that is undecided", () => {
    const good = "o".repeat(18);
    expect(objectiveOf(`${good}Xo`)).toBe("90 % held: 1 min of a budget of 2 min spent, 1 min left");
    expect(objectiveOf(`${good.slice(2)}XXXo`)).toBe("90 % broken: 3 min of a budget of 2 min spent, 1 min over");
    expect(objectiveOf(`${good.slice(1)}X??o`)).toMatch(/^90 % undecided/);
  });

  it("shows the length of an outage as a range if its end is unknown", () => {
    const letters = [..."oXX???oo"];
    const report = reportOf([startLine(at(0)), ...linesOf(letters)], at(letters.length));
    expect(report.outages.map((outage) => outageLength(outage, report))).toEqual(["2 min to 5 min"]);
    const unfinished = reportOf([startLine(at(0)), failLine(at(0))], at(6));
    expect(unfinished.outages.map((outage) => outageLength(outage, unfinished))).toEqual([
      "1 min to 6 min, end unknown",
    ]);
  });
});

describe("the report in one line", () => {
  it("is suitable for a login message", () => {
    const lines = [startLine(at(0)), formatLine(runLine(at(0), { cert: 364 })), okLine(at(1)), okLine(at(2))];
    expect(drawLine(reportOf(lines, at(3)))).toBe(
      "analyze: UP for 3 min, since 2026-11-20 22:00 UTC · 100 % of 3 min · p95 43 ms · certificate 364 days left\n",
    );
    expect(drawLine(reportOf([...lines, failLine(at(3), "tls-trust")], at(4)))).toMatch(
      /^analyze: DOWN for 1 min, since 2026-11-20 22:03 UTC, 1 failed probe · fault at tls-trust · 75\.000 %/,
    );
  });
});

describe("a report in words", () => {
  const report = reportOf([startLine(at(0)), ...linesOf([..."oppop"])], at(5));

  it("sums the slots, with planned ones only if there are any", () => {
    const slots = { due: 6, ok: 3, flaky: 1, failed: 1, planned: 0, unknown: 1 };
    expect(slotSum(slots)).toBe("6 due = 3 ok + 1 flaky + 1 failed + 1 unknown");
    expect(slotSum({ ...slots, due: 7, planned: 1 })).toBe("7 due = 3 ok + 1 flaky + 1 failed + 1 planned + 1 unknown");
  });

  it("shows the period and the schedule of slots", () => {
    expect(cadence(report)).toBe("a probe every 1 min (* * * * *)");
    expect(cadence(reportOf([okLine(at(0)), okLine(at(5))], at(6)))).toBe("a probe every 5 min");
  });

  it("shows how long maintenance took, or how long it has lasted", () => {
    expect(report.maintenance.map((one) => maintenanceLength(one, report))).toEqual(["2 min", "1 min, ongoing"]);
  });

  it("shows the length of a current outage, and of one with too little data", () => {
    const down = reportOf([startLine(at(0)), ...linesOf([..."oXX"])], at(3));
    expect(down.outages.map((outage) => outageLength(outage, down))).toEqual(["2 min, still down"]);
    const [outage] = down.outages;
    expect(outage && outageLength({ ...outage, unknown: 2, until: at(3) }, down)).toBe("2 min");
    expect(outage && outageLength({ ...outage, unknown: 1, until: at(3) }, down)).toBe("1 min to 2 min");
  });

  it("shows the error and hint of an outage, if there are any", () => {
    const outage = { from: 0, failed: 1, unknown: 0, hop: "tcp", laterHops: [] } as const;
    const said = [
      ["ECONNREFUSED", "look"],
      ["ECONNREFUSED", undefined],
      [undefined, "look"],
      [undefined, undefined],
    ].map(([err, hint]) => outageError({ ...outage, laterHops: [], err, hint }));
    expect(said).toEqual(["ECONNREFUSED — look", "ECONNREFUSED", "look", "no error recorded"]);
  });

  it("notes reading errors, and maintenance that was not ended", () => {
    const tally = { ...report.tally, problems: [{ file: "a.gz", why: "damaged" }], bad: 2, lines: 9, firstBad: "a:3" };
    const announced = { since: at(0), why: "new\u202edisks" };
    const future = { lines: 2, latest: at(90) };
    expect(notes({ ...report, tally, announced, repeated: 1, future })).toEqual([
      "not read completely: a.gz: damaged",
      "2 of 9 lines skipped, torn or foreign (first: a:3)",
      "maintenance announced since 2026-11-20 22:00 UTC (new\\u202edisks); end it with: analyze maintenance end",
      "the clock was set back: 1 probe; the worse result of a slot counts",
      "2 lines from the future, up to 2026-11-20 23:30 UTC, not counted: a clock was wrong",
    ]);
    expect(notes(report)).toEqual([]);
  });
});
