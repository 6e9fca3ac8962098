import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, okLine, startLine } from "../../../../test/log-lines.ts";
import { attributesOf, tablesOf, textsOf } from "../../../../test/page-of.ts";
import { at, reportOf } from "../../../../test/report-of.ts";
import { together } from "../places.ts";
import type { Report } from "../summary.ts";
import { drawPlacesHtml } from "./page.ts";

function reportOn(letters: string): Report {
  return reportOf([startLine(begin), ...linesOf([...letters])], at(letters.length));
}

describe("the page on several places", () => {
  it.each([
    {
      home: "oXo",
      ec2: "ooX",
      heading: "DOWN from ec2, UP from home: a network path or a part of the service fails",
      state: "up",
    },
    { home: "ooX", ec2: "ooX", heading: "DOWN from everywhere: home, ec2", state: "down" },
  ])("starts with the combined state: $heading", async ({ home, ec2, heading, state }) => {
    const places = [
      { name: "home", report: reportOn(home) },
      { name: "ec2", report: reportOn(ec2) },
    ];
    const page = await drawPlacesHtml(places, together(places, 99.9));
    expect(textsOf(page, "title")[0]).toBe(heading);
    expect(attributesOf(page, "header", "class")).toEqual([state]);
    expect(textsOf(page, "h1")).toEqual([heading]);
    expect(textsOf(page, "p")[0]).toBe("https://analyze.test/analyze");
    expect(textsOf(page, "p")[1]).toMatch(/^3 due = \d up \+ /);
    expect(textsOf(page, "p")[2]).toMatch(/^99\.9 % broken|^99\.9 % held/);
  });

  it("has a section for each, with state, figures, chart and outages", async () => {
    const places = [
      { name: "home", report: reportOf([okLine(at(0)), failLine(at(1))], at(2)) },
      { name: "ec2", report: reportOn("oo") },
    ];
    const page = await drawPlacesHtml(places, together(places, 99.9));
    expect(textsOf(page, "h2").filter((text) => !text.startsWith("Latency"))).toEqual([
      "home: DOWN for 1 min, since 2026-11-20 22:01 UTC, 1 failed probe",
      "ec2: UP for 2 min, since 2026-11-20 22:00 UTC",
    ]);
    expect(textsOf(page, "p")[0]).toBe("https://analyze.test/analyze");
    expect(textsOf(page, "dt").filter((text) => text === "Available")).toHaveLength(2);
    expect(attributesOf(page, "svg", "aria-labelledby")).toEqual(["c0-t c0-d", "s0-t", "c1-t c1-d", "s1-t"]);
    expect(Object.keys(tablesOf(page))).toEqual(expect.arrayContaining(["Incidents", "Outages"]));
    expect(textsOf(page, "p")).toContain("No outages in this window.");
    const unnamed = [{ name: "home", report: reportOf([okLine(at(0))], at(1)) }];
    expect(textsOf(await drawPlacesHtml(unnamed, together(unnamed, 99.9)), "p")[0]).toBe("analyze");
  });
});
