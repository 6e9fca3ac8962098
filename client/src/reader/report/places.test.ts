import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { begin, failLine, linesOf, minute, okLine, startLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { drawPlacesHtml } from "./html/page.ts";
import { drawPlacesJson } from "./json.ts";
import { drawPlacesLine, drawPlacesText, placesSentence } from "./places-text.ts";
import { together, type Place, type Together } from "./places.ts";

function placesOf(letters: Record<string, string>): { places: Place[]; all: Together } {
  const places = Object.entries(letters).map(([name, minutes]) => ({
    name,
    report: reportOf([startLine(at(0)), ...linesOf([...minutes])], at(minutes.length)),
  }));
  return { places, all: together(places, 99.9) };
}

describe("one service seen from two places", () => {
  const letters = { home: "oooXXXoXXoop?XXo", ec2: "ooooXXoooooX?oX?" };

  it("is down only if no place saw it up", () => {
    const { all } = placesOf(letters);
    expect(all.slots).toEqual({ ok: 7, partial: 4, down: 3, unconfirmed: 0, planned: 1, unknown: 1 });
    expect(all.incidents.map(({ verdict, from, until, places }) => [verdict, from, until, places])).toEqual([
      ["partial", at(3), at(4), ["home"]],
      ["down", at(4), at(6), ["home", "ec2"]],
      ["partial", at(7), at(9), ["home"]],
      ["partial", at(13), at(14), ["home"]],
      ["down", at(14), at(15), ["home", "ec2"]],
    ]);
    expect(all.objective).toMatchObject({ held: false, spentMinutes: 3 });
  });

  it("has the same result in text, in one line, as JSON and as a page", async () => {
    const { places, all } = placesOf({ home: "ooooXX", ec2: "oooooo" });
    expect(placesSentence(places)).toMatch(/^DOWN from home, UP from ec2/);
    const text = drawPlacesText(places, all, { width: 60, colour: false, blocks: false });
    expect(text).toMatch(/^home {2}\.\.\.\.XX\nec2 {3}\.{6}\n/m);
    expect(text).toContain("6 due = 4 up + 2 down from some places + 0 down");
    expect(text).toMatch(/2026-11-20 22:04 +2 min, ongoing +down from home only +tcp +ECONNREFUSED/);
    expect(drawPlacesLine(places, all)).toMatch(/^analyze: DOWN from home, UP from ec2.* · 0 down, 2 down from some/);
    expect(JSON.parse(drawPlacesJson(places, all))).toMatchObject({
      together: { slots: { partial: 2, down: 0 }, incidents: [{ verdict: "partial", places: ["home"], until: null }] },
      places: { home: { state: { now: "down" } }, ec2: { state: { now: "up" } } },
    });
    const page = await drawPlacesHtml(places, all);
    expect(page).toMatch(/<h1>DOWN from home, UP from ec2/);
    expect(page).toContain("down from home only");
    expect(new Set(page.match(/ id="[^"]+"/g)).size).toBe(page.match(/ id="[^"]+"/g)?.length);
  });

  it("is not down if only one place has a result", () => {
    const { all, places } = placesOf({ home: "ooXX", ec2: "oo??" });
    expect(all.slots).toMatchObject({ down: 0, partial: 0, unconfirmed: 2 });
    expect(all.objective.held).toBeUndefined();
    expect(placesSentence(places)).toBe("DOWN from home; no data from ec2");
  });

  it("is down from everywhere if every place failed", () => {
    expect(placesSentence(placesOf({ home: "oX", ec2: "XX" }).places)).toBe("DOWN from everywhere: home, ec2");
    expect(placesSentence(placesOf({ home: "oo", ec2: "oo" }).places)).toBe("UP from home, ec2");
    expect(placesSentence(placesOf({ home: "op", ec2: "oX" }).places)).toBe("DOWN AS PLANNED from home, ec2");
  });
});

/** Incidents with their minutes, and the number of their slots. */
function incidentsOf(letters: Record<string, string>): unknown[] {
  return placesOf(letters).all.incidents.map(({ verdict, from, until, slots, places }) => [
    verdict,
    (from - begin) / minute,
    until === undefined ? undefined : (until - begin) / minute,
    slots,
    places.join(),
  ]);
}

describe("incidents", () => {
  it("continue across unknown slots", () => {
    expect(incidentsOf({ home: "oX?Xo", ec2: "oX?Xo" })).toEqual([["down", 1, 4, 2, "home,ec2"]]);
  });

  it("are separate when the verdict or the failing place changes", () => {
    expect(incidentsOf({ home: "oXXX", ec2: "oo?o" })).toEqual([
      ["partial", 1, 2, 1, "home"],
      ["unconfirmed", 2, 3, 1, "home"],
      ["partial", 3, undefined, 1, "home"],
    ]);
    expect(incidentsOf({ home: "oXoo", ec2: "ooXo" })).toEqual([
      ["partial", 1, 2, 1, "home"],
      ["partial", 2, 3, 1, "ec2"],
    ]);
  });

  it("end with planned maintenance", () => {
    expect(incidentsOf({ home: "oXpo", ec2: "oXXo" })).toEqual([["down", 1, 2, 1, "home,ec2"]]);
  });
});

it("calls a slot ok if one place has planned maintenance and another one is good", () => {
  expect(placesOf({ home: "op", ec2: "oo" }).all.slots).toMatchObject({ ok: 2, planned: 0 });
});

/** A place whose log has these lines after its start line. */
function placeOf(name: string, schedule: string, lines: string[], to: number): Place {
  return { name, report: reportOf([startLine(at(0), schedule), ...lines], to) };
}

it("counts no slots in minutes that the schedule of each place omits", () => {
  const lines = [okLine(at(0)), failLine(at(1)), failLine(at(10)), okLine(at(11))];
  const places = ["home", "ec2"].map((name) => placeOf(name, "0,1,10,11 * * * *", lines, at(12)));
  const all = together(places, 99.9);
  expect(all.slots).toEqual({ ok: 2, partial: 0, down: 2, unconfirmed: 0, planned: 0, unknown: 0 });
  expect(all.incidents).toMatchObject([{ from: at(1), until: at(11), slots: 2 }]);
  // 0.1 % of four minutes.
  expect(all.objective.budgetMinutes).toBeCloseTo(0.004, 9);
});

it("has no slots if no log has a line in the window", () => {
  const places = ["home", "ec2"].map((name) => ({ name, report: reportOf([], at(3)) }));
  const { slots, incidents, objective } = together(places, 99.9);
  expect(Object.values(slots)).toEqual(Object.values(slots).map(() => 0));
  expect(incidents).toEqual([]);
  expect(objective.held).toBeUndefined();
});

it("counts slots of the longest period, with the worst result of a place whose period is shorter", () => {
  const often = placeOf("home", "* * * * *", linesOf([..."oXooooooooofooo"]), at(15));
  const seldom = placeOf("ec2", "*/5 * * * *", [0, 5, 10].map(at).map(okLine), at(15));
  const all = together([often, seldom], 99.9);
  expect(all).toMatchObject({ period: 5 * minute, slots: { ok: 2, partial: 1 } });
  expect(all.incidents).toMatchObject([{ from: at(0), until: at(5), places: ["home"], hop: "tcp" }]);
});

it("keeps a failure that unrecorded minutes follow in the same slot", () => {
  const often = placeOf("home", "* * * * *", linesOf([..."X????ooooo"]), at(10));
  const seldom = placeOf("ec2", "*/5 * * * *", [0, 5].map(at).map(okLine), at(10));
  expect(together([often, seldom], 99.9).slots).toMatchObject({ ok: 1, partial: 1 });
});

it("starts with the earliest log, and uses the window of the places", () => {
  const late = placeOf("ec2", "* * * * *", [], at(4));
  const [early] = placesOf({ home: "oooo" }).places;
  late.report = reportOf([startLine(at(2)), okLine(at(2)), okLine(at(3))], at(4));
  const all = together(early ? [late, early] : [], 99.9);
  expect(all).toMatchObject({ from: at(0), to: at(4), slots: { ok: 4, unknown: 0 } });
});

it("counts slots by the schedule, also if one place misses every second slot", () => {
  const { all } = placesOf({ a: "oo?o?o?o?o?", b: "ooooooooooo" });
  expect(all.slots).toMatchObject({ ok: 11, unknown: 0 });
});

it("gives each due slot exactly one verdict, independent of the order of places", () => {
  const letter = fc.constantFrom("o", "f", "X", "p", "?", "o");
  const minutes = fc.array(letter, { minLength: 30, maxLength: 30 }).map((letters) => `o${letters.join("")}`);
  fc.assert(
    fc.property(minutes, minutes, minutes, (a, b, c) => {
      const { all } = placesOf({ a, b, c });
      expect(Object.values(all.slots).reduce((sum, count) => sum + count, 0)).toBe(31);
      expect(placesOf({ c, b, a }).all.slots).toEqual(all.slots);
      const seen = Array.from({ length: 31 }, (_, slot) => [a, b, c].map((letters) => letters[slot] ?? ""));
      const down = seen.filter(
        (of) => of.filter((kind) => kind === "X").length > 1 && !of.some((kind) => /[ofp]/.test(kind)),
      );
      expect(all.slots.down).toBe(down.length);
      expect(all.incidents.reduce((sum, { slots }) => sum + slots, 0)).toBe(
        all.slots.down + all.slots.partial + all.slots.unconfirmed,
      );
    }),
  );
});
