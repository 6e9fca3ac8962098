import { describe, expect, it } from "vitest";
import { formatLine, maxLineBytes } from "./format.ts";
import { parseLine } from "./parse.ts";
import type { LogLine } from "./record.ts";
import { isRun, type RunLine } from "./record.ts";

const time = Date.UTC(2026, 10, 21, 6, 21);
const ok: RunLine = { kind: "ok", time, hop: "app", status: 200, ms: 43, late: 4, try: 1, id: "a-1" };

const long = (letter: string): string => letter.repeat(190);

/** A failed run of exactly `bytes` with its newline; every text at most 200 characters. */
function exactly(bytes: number): { line: LogLine; out: string } {
  const base: RunLine = { ...ok, err: "e".repeat(190), hint: "h".repeat(100), out: "" };
  const out = "o".repeat(bytes - Buffer.byteLength(formatLine({ ...base, out: "o" })) + 1);
  return { line: { ...base, out }, out };
}

const start = { kind: "start", time, version: "1", url: "u", schedule: "s", config: "c", host: "h", pid: 7 } as const;

describe("texts that are too long", () => {
  it("200 characters stay; of 201 the last two become an ellipsis", () => {
    expect(parseLine(formatLine({ ...ok, err: "e".repeat(200) }))).toMatchObject({ err: "e".repeat(200) });
    expect(parseLine(formatLine({ ...ok, err: "e".repeat(201) }))).toMatchObject({ err: `${"e".repeat(199)}…` });
  });

  it("never cuts within a character", () => {
    const err = `${"e".repeat(198)}👩${"e".repeat(9)}`;
    expect(parseLine(formatLine({ ...ok, err }))).toMatchObject({ err: `${"e".repeat(198)}…` });
    const early = `👩${"e".repeat(300)}`;
    expect(parseLine(formatLine({ ...ok, err: early }))).toMatchObject({ err: `👩${"e".repeat(197)}…` });
  });

  it("a line of 512 bytes stays as it is", () => {
    const { line, out } = exactly(512);
    expect(Buffer.byteLength(formatLine(line))).toBe(maxLineBytes);
    expect(parseLine(formatLine(line))).toMatchObject({ out });
  });

  it("with one byte more, only the answer's text is cut, to 100 characters", () => {
    const { line } = exactly(513);
    expect(parseLine(formatLine(line))).toEqual({ ...line, out: `${"o".repeat(99)}…` });
  });

  it("texts are cut in the order out, hint, first, err, plan, and id last", () => {
    const all = { out: long("o"), hint: long("h"), first: long("f"), err: long("e"), plan: long("p"), id: long("i") };
    const cut = parseLine(formatLine({ ...ok, ...all }));
    expect(cut).toMatchObject({ out: "…", hint: "…", first: "…", id: all.id });
    const { err = "", plan = "" } = cut && isRun(cut) ? cut : {};
    expect(err.length).toBeLessThan(all.err.length);
    expect(plan).toBe(all.plan);
  });

  it.each([
    { kept: "config", line: { schedule: 190, url: 190, version: 190, host: 190, addr: 190, ca: 190 } },
    { kept: "version", line: { schedule: 190, url: 190 } },
  ])("in a start line $kept stays whole as long as others can be cut", ({ line: lengths }) => {
    const texts = Object.fromEntries(Object.entries(lengths).map(([key, length]) => [key, "x".repeat(length)]));
    const line = parseLine(formatLine({ ...start, ...texts }));
    expect(line).toMatchObject({ kind: "start", config: "c", pid: 7 });
    expect(Buffer.byteLength(formatLine({ ...start, ...texts }))).toBeLessThanOrEqual(maxLineBytes);
  });

  it.each(["out", "hint", "first", "err", "plan", "id", "addr"])("%s of a run is cut to 200 characters", (key) => {
    const line = parseLine(formatLine({ ...ok, [key]: "x".repeat(600) }));
    expect(line).toEqual({ ...ok, [key]: `${"x".repeat(199)}…` });
  });

  it.each(["schedule", "url", "version", "host", "addr", "ca", "config"])("%s of a start is cut, too", (key) => {
    const line = parseLine(formatLine({ ...start, [key]: "x".repeat(600) }));
    expect(line).toEqual({ ...start, [key]: `${"x".repeat(199)}…` });
  });

  it("the reason of a stop line is cut, too", () => {
    expect(parseLine(formatLine({ kind: "stop", time, why: "w".repeat(600) }))).toEqual({
      kind: "stop",
      time,
      why: `${"w".repeat(199)}…`,
    });
  });
});
