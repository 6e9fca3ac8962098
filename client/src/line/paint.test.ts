import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { begin, failLine } from "../../test/log-lines.ts";
import { paintLine } from "./paint.ts";

const text = failLine(begin).trimEnd();
const [coloured, plain] = [{ colour: true }, { colour: false }];

describe("a line of the log on a terminal", () => {
  it("has its verdict in colour and its pairs dim, and the same characters", () => {
    const painted = paintLine(text, coloured);
    expect(painted).toContain(" \u001B[31m\u001B[1mFAIL  tcp ");
    expect(painted).toContain(" 43ms\u001B[22m\u001B[39m\u001B[2m late=4");
    expect(stripVTControlCharacters(painted)).toBe(text);
  });

  it("is plain where there is no colour", () => {
    expect(paintLine(text, plain)).toBe(text);
  });

  it("is cut to the width of the screen, and keeps its colour", () => {
    const painted = paintLine(text, coloured, 60);
    expect(stripVTControlCharacters(painted)).toBe(`${text.slice(0, 59)}…`);
    expect(painted).toContain("\u001B[31m");
  });

  it("cannot drive the terminal, whoever wrote it", () => {
    const hostile = "2026-11-20T22:00:00Z ok \u001B]0;owned\u0007\u202Ex";
    expect(paintLine(hostile, plain)).toBe("2026-11-20T22:00:00Z ok \\u001b]0;owned\\u0007\\u202ex");
    expect(paintLine(hostile, coloured)).not.toContain("\u0007");
  });
});
