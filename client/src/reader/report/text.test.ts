import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import type { Report } from "./summary.ts";
import { drawLine, drawText, stripOf, table } from "./text.ts";

const plain = { width: 60, colour: false, blocks: false };

function reportOn(letters: string): Report {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length));
}

describe("the first lines of a report", () => {
  it("name who has to act, the error, the hint, the next command and the last probe", () => {
    const failure = { kind: "FAIL", hop: "tls-name", err: "ERR_TLS", hint: "issue one", ms: 12 } as const;
    const text = drawText(reportOf([okLine(at(0)), formatLine(runLine(at(1), failure))], at(2)), plain);
    expect(text.split("\n\n")[0]?.split("\n")).toEqual([
      "DOWN for 1 min, since 2026-11-20 22:01 UTC, 1 failed probe",
      "failing hop   the edge's certificate (tls-name): it was issued for another name",
      "error         ERR_TLS",
      "hint          issue one",
      "next          analyze doctor",
      "last probe    2026-11-20 22:01 UTC, FAIL at tls-name, 12 ms",
    ]);
    expect(text).toContain("\n\n2 min to 2026-11-20 22:02 UTC, a probe every 1 min\n");
  });

  it("leave out what is not known", () => {
    const bare = formatLine(runLine(at(0), { kind: "FAIL", hop: "app", ms: 1 }));
    const head = drawText(reportOf([bare], at(1)), plain).split("\n\n")[0] ?? "";
    expect(head).not.toMatch(/^(error|hint) /m);
    expect(
      drawText(reportOf([startLine(begin)], at(4)), plain)
        .split("\n\n")[0]
        ?.split("\n"),
    ).toEqual([
      "UNKNOWN for 4 min, since before 2026-11-20 22:00 UTC: the client wrote nothing",
      "next          analyze doctor",
    ]);
    expect(drawText(reportOn("oo"), plain)).not.toMatch(/failing hop|^next /m);
  });

  it.each([
    ["oo", "32"],
    ["oX", "31"],
    ["op", "34"],
    ["o???", "35"],
  ])("of %s are bold, and in the colour of the state: %s", (letters, code) => {
    const [first = ""] = drawText(reportOn(letters), { ...plain, colour: true }).split("\n");
    expect(first.startsWith(`\u001B[${code}m\u001B[1m`)).toBe(true);
    expect(stripVTControlCharacters(first)).toBe(drawText(reportOn(letters), plain).split("\n")[0]);
  });

  it("has the fault in bold, and the legend's explanation and the times dim", () => {
    const text = drawText(reportOn("oX"), { ...plain, colour: true });
    expect(text).toContain("failing hop   \u001B[1mthe network");
    expect(text).toContain("\u001B[2mone mark is 1 min, its worst slot\u001B[22m");
    expect(text).toContain("\u001B[2m22:00");
  });
});

describe("the strip of a report", () => {
  it.each([
    { blocks: true, marks: "▂▄█▒░", legend: "▂ ok   ▄ flaky   █ failed   ▒ planned   ░ unknown" },
    { blocks: false, marks: ".~X=?", legend: ". ok   ~ flaky   X failed   = planned   ? unknown" },
  ])("has a mark for each slot, blocks: $blocks", ({ blocks, marks, legend }) => {
    const strip = stripOf(reportOn("ofXp?"), { ...plain, blocks });
    expect(strip.marks).toBe(marks);
    expect(strip.legend).toBe(`${legend}   one mark is 1 min, its worst slot`);
  });

  it("leaves planned out of the legend where there is none", () => {
    expect(stripOf(reportOn("oX"), plain).legend).toBe(
      ". ok   ~ flaky   X failed   ? unknown   one mark is 1 min, its worst slot",
    );
  });

  it("has each mark in its colour", () => {
    const { marks } = stripOf(reportOn("ofXp?"), { ...plain, colour: true });
    const codes = Array.from(marks.matchAll(/\[(3[1-8])m/g), ([, code]) => code);
    expect(codes).toEqual(["32", "33", "31", "34", "35"]);
  });

  it("has a blank, dim mark where no slot was due", () => {
    const hourly = [startLine(begin, "0 * * * *"), okLine(at(0)), okLine(at(60))];
    const daily = [startLine(begin, "*/30 8-9 * * *"), ...[600, 630, 660, 690].map((slot) => okLine(at(slot)))];
    expect(stripOf(reportOf(hourly, at(120)), plain).marks).toBe("..");
    expect(stripOf(reportOf(daily, at(24 * 60)), plain).marks).toMatch(/^ +\.{4,5} +$/);
    expect(stripOf(reportOf(daily, at(24 * 60)), { ...plain, blocks: true }).marks).toMatch(/^ +▂{4,5} +$/);
  });

  it("is as wide as the screen less two, and never narrower than ten marks", () => {
    const report = reportOn("o".repeat(118));
    expect(stripOf(report, { ...plain, width: 120 }).marks).toHaveLength(118);
    expect(stripOf(report, { ...plain, width: 119 }).marks).toHaveLength(59);
    expect(stripOf(report, { ...plain, width: 5 }).marks.length).toBeGreaterThan(5);
    expect(stripOf(report, { ...plain, width: 5 }).marks.length).toBeLessThanOrEqual(10);
  });

  it("has its hours under it, where there is room for them", () => {
    const report = reportOn("o".repeat(150));
    expect(stripOf(report, { ...plain, width: 160 }).axis).toBe(`22:00${" ".repeat(55)}23:00${" ".repeat(55)}00:00`);
    expect(stripOf(report, { ...plain, width: 32 }).axis).toBe("22:00       23:00       00:00");
    expect(stripOf(report, { ...plain, width: 12 }).axis).toBe("22:00");
  });

  it("has its days under it, where it is longer than three", () => {
    const lines = [startLine(begin, "0 * * * *"), okLine(at(0))];
    expect(stripOf(reportOf(lines, at(4 * 1440)), { ...plain, width: 102 }).axis).toBe(
      `11-20${"".padEnd(21)}11-22${"".padEnd(19)}11-23${"".padEnd(19)}11-24`,
    );
    expect(stripOf(reportOf(lines, at(3 * 1440)), { ...plain, width: 102 }).axis).toMatch(/^22:00/);
  });
});

describe("the tables of a report", () => {
  it("are under an empty line, have columns as wide as their widest cell, and no blanks at the ends of lines", () => {
    const rows = [
      ["1", "long one", "x"],
      ["22222", "b", ""],
    ];
    expect(table(["a", "b", "c"], rows)).toEqual(["", "a      b         c", "1      long one  x", "22222  b"]);
    expect(table(["a"], [])).toEqual([]);
  });

  it("show the latest ten rows, and say how many came earlier", () => {
    const rows = Array.from({ length: 12 }, (_, index) => [`row ${index}`]);
    const shown = table(["head"], rows);
    expect(shown.slice(0, 4)).toEqual(["", "head", "… 2 earlier ones: see --json or --html", "row 2"]);
    expect(shown.at(-1)).toBe("row 11");
    expect(table(["head"], rows.slice(0, 10))).toHaveLength(12);
  });

  it("of outages have all hops and the first error; of gaps their reasons", () => {
    const lines = [okLine(at(0)), failLine(at(1)), failLine(at(2), "dns"), failLine(at(3), "app"), okLine(at(6))];
    const text = drawText(reportOf(lines, at(7)), plain);
    expect(text).toMatch(/^outages \(UTC\) +length +hop +first error$/m);
    expect(text).toMatch(/^2026-11-20 22:01 +3 min to 5 min +tcp,dns,app +ECONNREFUSED$/m);
    expect(text).toMatch(/^gaps \(UTC\) +unknown +why$/m);
    expect(text).toMatch(/^2026-11-20 22:04 +2 slots +the log gives no reason$/m);
    expect(drawText(reportOn("oo"), plain)).toContain("\noutages       none\n");
    expect(drawText(reportOn("oo"), plain)).not.toMatch(/^gaps|^maintenance/m);
  });

  it("of latency have a row for each phase that was reached, and none where nothing was answered", () => {
    const quick = formatLine(runLine(at(0), { dns: undefined, tcp: 1, tls: undefined, wait: 30, ms: 31 }));
    expect(
      drawText(reportOf([quick], at(1)), plain)
        .split("\n\n")
        .at(-1),
    ).toBe(
      [
        "latency, ms       p50    p95    p99    max",
        "tcp                 1      1      1      1",
        "wait               30     30     30     30",
        "total              31     31     31     31",
        "",
      ].join("\n"),
    );
    expect(drawText(reportOn("X"), plain)).not.toContain("latency");
  });
});

describe("the last lines of a report", () => {
  it("are the notes about its reading, if there are any", () => {
    const text = drawText(reportOf([okLine(at(0)), okLine(at(0)), okLine(at(9))], at(1)), plain);
    expect(text.split("\n\n").at(-1)?.split("\n")).toEqual([
      "note          the clock was set back: 1 probe; the worse result of a slot counts",
      "note          1 line from the future, up to 2026-11-20 22:09 UTC, not counted: a clock was wrong",
      "",
    ]);
    expect(drawText(reportOn("o"), plain)).not.toContain("note");
  });

  it("name the certificate's days", () => {
    const certified = formatLine(runLine(at(0), { cert: 30 }));
    expect(drawText(reportOf([certified], at(1)), plain)).toContain("\ncertificate   30 days left\n");
    expect(drawText(reportOn("o"), plain)).not.toContain("certificate");
  });
});

describe("the report in one line", () => {
  it("has warnings that are useful at login", () => {
    const report = reportOn("opX");
    const noted = {
      ...report,
      announced: { since: at(0), why: "disks" },
      tally: { ...report.tally, problems: [{ file: "a", why: "b" }] },
    };
    expect(drawLine(noted)).toBe(
      "analyze: DOWN for 1 min, since 2026-11-20 22:02 UTC, 1 failed probe · fault at tcp · 50.000 % of 3 min · " +
        "maintenance announced · 1 file of the log not read · 1 planned failure · p95 43 ms\n",
    );
    expect(drawLine(reportOn("X"))).toBe(
      "analyze: DOWN for 1 min, since 2026-11-20 22:00 UTC, 1 failed probe · fault at tcp · 0.000 % of 1 min\n",
    );
  });
});
