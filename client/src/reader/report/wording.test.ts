import { describe, expect, it } from "vitest";
import { failLine, linesOf, minute, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/index.ts";
import { drawLine } from "./text.ts";
import { certificate, inWords, minutes, objectiveSentence, outageLength, percent } from "./wording.ts";

function objectiveOf(letters: string): string {
  return objectiveSentence(reportOf([startLine(at(0)), ...linesOf([...letters])], at(letters.length), 0, 90).objective);
}

describe("figures in words", () => {
  it("gives a time in its two largest units", () => {
    const hour = 60 * minute;
    expect([0, 59_000, minute, 59 * minute, hour, 16 * hour + 20 * minute, 76 * hour].map(inWords)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "1 h",
      "16 h 20 min",
      "3 d 4 h",
    ]);
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

  it("keeps a decimal where minutes are few, and counts seconds where they are fewer", () => {
    expect([1.44, 43.2, -3.56, 0.028, 0].map(minutes)).toEqual(["1.4 min", "43 min", "-3.6 min", "2 s", "0 s"]);
  });

  it("tells what is left of an error budget, and when it cannot be told", () => {
    const good = "o".repeat(18);
    expect(objectiveOf(`${good}Xo`)).toBe("90 % held: 1 min of a budget of 2 min spent, 1 min left");
    expect(objectiveOf(`${good.slice(2)}XXXo`)).toBe("90 % broken: 3 min of a budget of 2 min spent, 1 min over");
    expect(objectiveOf(`${good.slice(1)}X??o`)).toMatch(/^90 % cannot be told/);
  });

  it("gives the length of an outage as a range where its end was not seen", () => {
    const letters = [..."oXX???oo"];
    const report = reportOf([startLine(at(0)), ...linesOf(letters)], at(letters.length));
    expect(report.outages.map((outage) => outageLength(outage, report))).toEqual(["2 min to 5 min"]);
    const unfinished = reportOf([startLine(at(0)), failLine(at(0))], at(6));
    expect(unfinished.outages.map((outage) => outageLength(outage, unfinished))).toEqual([
      "1 min to 6 min, its end not seen",
    ]);
  });
});

describe("the report in one line", () => {
  it("is good for the greeting at login", () => {
    const lines = [startLine(at(0)), formatLine(runLine(at(0), { cert: 364 })), okLine(at(1)), okLine(at(2))];
    expect(drawLine(reportOf(lines, at(3)))).toBe(
      "analyze: UP for 3 min, since 2026-11-20 22:00 UTC · 100 % of 3 min · p95 43 ms · certificate 364 days left\n",
    );
    expect(drawLine(reportOf([...lines, failLine(at(3), "tls-trust")], at(4)))).toMatch(
      /^analyze: DOWN for 1 min, since 2026-11-20 22:03 UTC, 1 failed probe · fault at tls-trust · 75\.000 %/,
    );
  });
});
