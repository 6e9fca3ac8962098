import { expect, it } from "vitest";
import { formatLine } from "./format.ts";
import { parseLine } from "./parse.ts";
import type { RunLine } from "./record.ts";
import { formatDuration, formatInstant, parseInstant, quoteValue, unquoteValue, visible } from "./value.ts";

const time = Date.UTC(2026, 10, 21, 6, 21);
const ok: RunLine = { kind: "ok", time, hop: "app", status: 200, ms: 43, late: 4, try: 1, id: "a-1" };

it("an empty text is written in quotes", () => {
  expect(parseLine(formatLine(ok).replace("\n", " err="))).toEqual({ ...ok, err: "" });
  expect(formatLine({ ...ok, err: "" })).toContain(' err=""\n');
});

it.each(["plain", "a.b:c/d+e,f@g%h[i]j-k_l", "9"])("%s needs no quotes", (id) => {
  expect(formatLine({ ...ok, id })).toContain(` id=${id}\n`);
});

it.each([
  ["a b", '"a b"'],
  ["a=b", '"a=b"'],
  ['"', '"\\""'],
  ["a\\b", '"a\\\\b"'],
  ["(é)", '"(é)"'],
  ["\u202E", '"\\u202e"'],
  ["\u2028x\u00AD", '"\\u2028x\\u00ad"'],
  ["\u{E0001}", '"\\udb40\\udc01"'],
])("%j is quoted, with visible characters only", (err, quoted) => {
  expect(formatLine({ ...ok, err })).toContain(` err=${quoted}\n`);
});

it("visible escapes only characters that move a cursor, reorder text or end a line", () => {
  expect(visible("é 👩 \t\u0007\u200B")).toBe("é 👩 \\u0009\\u0007\\u200b");
});

it.each(["plain", "a b", '"', "", "\u202E\n", "é=€"])("%j survives quoting and reading", (text) => {
  expect(unquoteValue(quoteValue(text))).toBe(text);
});

it.each([
  ["x", "x"],
  ['x"', 'x"'],
  ['"x"', "x"],
  ['"\\u0041"', "A"],
  ['"x', undefined],
  ['"\\x"', undefined],
  ['"x" "y"', undefined],
])("the value %j says %j", (value, text) => {
  expect(unquoteValue(value)).toBe(text);
});

it("an instant is written to the second, in UTC, and read back", () => {
  expect(formatInstant(Date.UTC(2026, 10, 21, 6, 21, 7, 999))).toBe("2026-11-21T06:21:07Z");
  expect(parseInstant("2026-11-21T06:21:07Z")).toBe(Date.UTC(2026, 10, 21, 6, 21, 7));
});

it.each([
  undefined,
  "",
  "2026-11-21",
  "2026-11-21T06:21:07",
  "2026-11-21T06:21:07.000Z",
  "2026-11-21T06:21:07+00:00",
  "2026-13-21T06:21:07Z",
  "+002026-11-21T06:21:07Z",
  " 2026-11-21T06:21:07Z",
  "2026-11-21T06:21:07Z ",
])("%j is no valid instant", (text) => {
  expect(parseInstant(text)).toBeUndefined();
});

it.each([
  [0, "0s"],
  [45, "45s"],
  [60, "1min"],
  [61, "61s"],
  [2160, "36min"],
])("%i seconds are written as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
