import { describe, expect, it } from "vitest";
import { linesOf, okLine, runLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { formatLine } from "../../line/format.ts";
import {
  drawPlacesLine,
  drawPlacesText,
  incidentLength,
  incidentPlaces,
  placesSentence,
  placesSum,
} from "./places-text.ts";
import { together, type Incident, type Place, type Together } from "./places.ts";

const plain = { width: 60, colour: false, blocks: false };

function placesOf(letters: Record<string, string>): { places: Place[]; all: Together } {
  const places = Object.entries(letters).map(([name, minutes]) => ({
    name,
    report: reportOf([startLine(at(0)), ...linesOf([...minutes])], at(minutes.length)),
  }));
  return { places, all: together(places, 99.9) };
}

describe("the combined state of places, as a sentence", () => {
  it.each([
    [{ a: "oo", b: "oo" }, "UP from a, b"],
    [{ a: "oo", b: "oo??" }, "UP from a; no data from b"],
    [{ a: "oo", b: "op" }, "UP from a, DOWN AS PLANNED from b"],
    [{ a: "oX", b: "oo" }, "DOWN from a, UP from b: a network path or a part of the service fails"],
    [
      { a: "oX", b: "oo", c: "o???" },
      "DOWN from a, UP from b: a network path or a part of the service fails; no data from c",
    ],
    [{ a: "oX", b: "oX" }, "DOWN from everywhere: a, b"],
    [{ a: "oX" }, "DOWN from a"],
    [{ a: "oX", b: "o???" }, "DOWN from a; no data from b"],
    [{ a: "oX", b: "oX", c: "o???" }, "DOWN from everywhere: a, b; no data from c"],
    [{ a: "op", b: "oX" }, "DOWN AS PLANNED from a, b"],
    [{ a: "op", b: "o???" }, "DOWN AS PLANNED from a; no data from b"],
    [{ a: "o???", b: "o???" }, "UNKNOWN: no data from a, b"],
  ])("%o", (letters, sentence) => {
    expect(placesSentence(placesOf(letters as Record<string, string>).places)).toBe(sentence);
  });
});

describe("the results of the slots", () => {
  it("sums the verdicts that occur, and always up and down", () => {
    expect(placesSum(placesOf({ a: "oo", b: "oo" }).all)).toBe("2 due = 2 up + 0 down");
    expect(placesSum(placesOf({ a: "oXXXp?", b: "ooX?p?" }).all)).toBe(
      "6 due = 1 up + 1 down from some places + 1 down + 1 failed, unconfirmed + 1 planned + 1 unknown",
    );
  });
});

describe("an incident in words", () => {
  const incident: Incident = { verdict: "down", from: at(1), slots: 2, places: ["a", "b"], hop: "tcp", err: undefined };
  it.each([
    ["down", "down: a, b"],
    ["partial", "down from a, b only"],
    ["unconfirmed", "failed from a, b, no data from elsewhere"],
  ] as const)("%s", (verdict, words) => {
    expect(incidentPlaces({ ...incident, verdict })).toBe(words);
  });

  it("has its length, and whether it continues", () => {
    const { all } = placesOf({ a: "ooooo" });
    expect(incidentLength({ ...incident, until: at(3) }, all)).toBe("2 min");
    expect(incidentLength(incident, all)).toBe("4 min, ongoing");
  });
});

describe("the report on several places", () => {
  it("for a terminal shows each place by name, in columns", () => {
    const { places, all } = placesOf({ home: "ooXX", ec2: "oooo" });
    expect(drawPlacesText(places, all, plain)).toBe(
      [
        "DOWN from home, UP from ec2: a network path or a part of the service fails",
        "home  DOWN for 2 min, since 2026-11-20 22:02 UTC, 2 failed probes",
        "ec2   UP for 4 min, since 2026-11-20 22:00 UTC",
        "",
        "4 min to 2026-11-20 22:04 UTC, a slot every 1 min",
        "home  ..XX",
        "ec2   ....",
        "      . ok   ~ flaky   X failed   ? unknown   one mark is 1 min, its worst slot",
        "",
        "slots         4 due = 2 up + 2 down from some places + 0 down",
        "objective     99.9 % held: no slot failed; with so few slots, the first failure would break it",
        "home          50.000 % of due, p95 43 ms",
        "ec2           100 % of due, p95 43 ms",
        "",
        "incidents (UTC)   length          from where           hop  first error",
        "2026-11-20 22:02  2 min, ongoing  down from home only  tcp  ECONNREFUSED",
        "",
      ].join("\n"),
    );
  });

  it("fits names and strips into the width of the screen", () => {
    const { places, all } = placesOf({ [`a${"-".repeat(9)}`]: "o".repeat(40), b: "o".repeat(40) });
    const lines = drawPlacesText(places, all, { ...plain, width: 54 }).split("\n");
    expect(lines.find((line) => /^b +\.+$/.test(line))).toBe(`b${" ".repeat(11)}${".".repeat(40)}`);
    const narrow = drawPlacesText(places, all, { ...plain, width: 53 }).split("\n");
    expect(narrow.find((line) => /^b +\.+$/.test(line))).toBe(`b${" ".repeat(11)}${".".repeat(20)}`);
  });

  it("says that there is no incident, error or latency, and reports reading errors", () => {
    const { places, all } = placesOf({ a: "oo", b: "oo" });
    expect(drawPlacesText(places, all, plain)).toContain("\nincidents     none\n");
    const bare = [{ name: "a", report: reportOf([formatLine(runLine(at(0), { kind: "FAIL", hop: "app" }))], at(1)) }];
    expect(drawPlacesText(bare, together(bare, 99.9), plain)).toMatch(/ app +no error recorded$/m);
    expect(drawPlacesText(bare, together(bare, 99.9), plain)).toContain("\na             0.000 % of due\n");
    const twice = [{ name: "a", report: reportOf([okLine(at(0)), okLine(at(0))], at(1)) }];
    expect(drawPlacesText(twice, together(twice, 99.9), plain)).toMatch(
      /\n\nnote          a: the clock was set back: 1 probe; the worse result of a slot counts\n$/,
    );
  });

  it("shows its sentence in bold if the screen supports it", () => {
    const { places, all } = placesOf({ a: "oo", b: "oo" });
    const [first] = drawPlacesText(places, all, { ...plain, colour: true }).split("\n");
    expect(first).toBe("\u001B[1mUP from a, b\u001B[22m");
  });

  it("in one line names the places whose log was not read completely", () => {
    const { places, all } = placesOf({ a: "oX", b: "oo" });
    expect(drawPlacesLine(places, all)).toBe(
      "analyze: DOWN from a, UP from b: a network path or a part of the service fails · 0 down, 1 down from some places in 2 min\n",
    );
    const [a, b] = places;
    const damaged = { ...a?.report.tally, problems: [{ file: "x", why: "y" }] };
    const noted = [a, b].flatMap((place) =>
      place ? [{ ...place, report: { ...place.report, tally: { ...place.report.tally, ...damaged } } }] : [],
    );
    expect(drawPlacesLine(noted, all)).toMatch(/ in 2 min · not read to its end: a, b\n$/);
  });
});
