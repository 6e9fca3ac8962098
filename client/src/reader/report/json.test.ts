import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import { drawJson, drawPlacesJson } from "./json.ts";
import { together } from "./places.ts";
import type { Report } from "./summary.ts";

const iso = (minute: number): string => new Date(at(minute)).toISOString();

function reportOn(letters: string, slo = 80): Report {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length), 0, slo);
}

describe("the report for programs", () => {
  it("has every figure, with instants as ISO 8601 and shares from 0 to 1", () => {
    const certified = formatLine(runLine(at(8), { cert: 30, beat: "failed" }));
    const lines = [startLine(begin), ...linesOf([..."oXXoppg?"]), certified, okLine(at(8)), okLine(at(20))];
    const { latencyMs, log, ...rest } = JSON.parse(drawJson(reportOf(lines, at(9), 0, 80)));
    expect(rest).toEqual({
      target: "https://analyze.test/analyze",
      schedule: "* * * * *",
      window: { from: iso(0), to: iso(9), periodSeconds: 60 },
      state: {
        now: "up",
        since: iso(6 + 2),
        sinceBefore: false,
        last: { time: iso(8), kind: "ok", ms: 43, hop: "app", beat: "failed" },
      },
      slots: { due: 9, ok: 3, flaky: 0, failed: 2, planned: 2, unknown: 2 },
      availability: { ofDue: 3 / 7, ofRun: 3 / 5 },
      objective: {
        target: 80,
        held: false,
        budgetMinutes: 1.4,
        spentMinutes: 2,
        leftMinutes: expect.closeTo(-0.6),
        slotMinutes: 1,
      },
      outages: [{ from: iso(1), until: iso(3), failed: 2, unknown: 0, hop: "tcp", err: "ECONNREFUSED", laterHops: [] }],
      maintenance: [{ from: iso(4), until: iso(8), planned: 2, why: "new disks" }],
      gaps: [{ from: iso(6), until: iso(8), slots: 2, why: ["restart"] }],
      certificateDays: 30,
    });
    expect(latencyMs).toMatchObject({
      ms: { count: 3, p50: 43, p95: 43, p99: 43, max: 43 },
      dns: { count: 3, p50: 2 },
    });
    expect(log).toEqual({
      files: [],
      olderFiles: 0,
      skippedBytes: 0,
      lines: 0,
      bad: 0,
      copies: 0,
      problems: [],
      repeatedSlots: 1,
      future: { lines: 1, latest: iso(20) },
    });
  });

  it("has null for an undecided figure and for the end of an ongoing one", () => {
    const report = JSON.parse(drawJson(reportOf([failLine(at(0))], at(1))));
    expect(report).toMatchObject({ target: null, schedule: null, certificateDays: null, log: { future: null } });
    expect(report.outages).toMatchObject([{ until: null }]);
    expect(JSON.parse(drawJson(reportOn("oo??")))).toMatchObject({ objective: { held: null } });
    expect(JSON.parse(drawJson(reportOn("pp")))).toMatchObject({
      availability: { ofDue: null, ofRun: null },
      maintenance: [{ until: null }],
    });
    expect(JSON.parse(drawJson(reportOf([startLine(begin)], at(3)))).state).toMatchObject({ last: null });
  });

  it("is readable text with a final newline", () => {
    expect(drawJson(reportOn("o"))).toMatch(/^\{\n {2}"target": [^]*\n\}\n$/);
  });
});

describe("the report on several places for programs", () => {
  it("has the combined state, and each place by its name", () => {
    const places = [
      { name: "home", report: reportOn("oXXo") },
      { name: "ec2", report: reportOn("ooXo") },
    ];
    const text = drawPlacesJson(places, together(places, 80));
    expect(text).toMatch(/^\{\n {2}"together": [^]*\n\}\n$/);
    const { together: all, places: each } = JSON.parse(text);
    expect(all).toEqual({
      window: { from: iso(0), to: iso(4), periodSeconds: 60 },
      slots: { ok: 2, partial: 1, down: 1, unconfirmed: 0, planned: 0, unknown: 0 },
      objective: {
        target: 80,
        held: false,
        budgetMinutes: 0.8,
        spentMinutes: 1,
        leftMinutes: expect.closeTo(-0.2),
        slotMinutes: 1,
      },
      incidents: [
        {
          verdict: "partial",
          from: iso(1),
          until: iso(2),
          slots: 1,
          places: ["home"],
          hop: "tcp",
          err: "ECONNREFUSED",
        },
        {
          verdict: "down",
          from: iso(2),
          until: iso(3),
          slots: 1,
          places: ["home", "ec2"],
          hop: "tcp",
          err: "ECONNREFUSED",
        },
      ],
    });
    expect(Object.keys(each)).toEqual(["home", "ec2"]);
    expect(each.home).toEqual(JSON.parse(drawJson(reportOn("oXXo"))));
  });

  it("has null when the combined objective is undecided", () => {
    const places = [
      { name: "home", report: reportOn("oX") },
      { name: "ec2", report: reportOn("o?") },
    ];
    expect(JSON.parse(drawPlacesJson(places, together(places, 80))).together.objective.held).toBeNull();
  });
});
