import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { begin, failLine } from "../../test/log-lines.ts";
import { paintLine } from "./paint.ts";

const text = failLine(begin).trimEnd();
const [coloured, plain] = [{ colour: true }, { colour: false }];

describe("a line of the log on a terminal", () => {
  it("has its verdict in colour, its pairs dim, and the same characters", () => {
    const painted = paintLine(text, coloured);
    expect(painted).toContain(" \u001B[31m\u001B[1mFAIL  tcp ");
    expect(painted).toContain(" 43ms\u001B[22m\u001B[39m\u001B[2m late=4");
    expect(stripVTControlCharacters(painted)).toBe(text);
  });

  it.each([
    ["ok    app  200  43ms late=4 try=1 id=a", "32"],
    ["flaky app  200  43ms late=4 try=2 id=a", "33"],
    ["FAIL  tcp  -    43ms late=4 try=2 id=a", "31 1"],
    ["planned tcp -   43ms late=4 try=2 id=a", "34"],
    ["gap   -    -       7 from=2026-11-20T22:00:00Z slots=7 why=clock", "35"],
    ["start -    -       - version=1 url=u schedule=s config=c host=h pid=7", "36"],
    ["stop  -    -       - why=SIGTERM", "36"],
    ["DOWN  tcp  -       - slots=2 since=2026-11-20T22:00:00Z", "31 1"],
    ["UP    -    -    2min slots=2 since=2026-11-20T22:00:00Z", "32 1"],
  ])("colours only the head of %j by its kind, in %s", (line, codes) => {
    const painted = paintLine(`2026-11-20T22:07:00Z ${line}`, coloured);
    const begun = codes.split(" ").map((code) => `\u001B[${code}m`);
    const [head = "", pairs = ""] = painted.split("\u001B[2m");
    expect(head.startsWith(`2026-11-20T22:07:00Z ${begun.join("")}${line.slice(0, 4)}`)).toBe(true);
    expect(stripVTControlCharacters(head)).not.toContain("=");
    expect(stripVTControlCharacters(pairs)).toMatch(/^ [a-z]+=/);
  });

  it("that is no record is completely dim", () => {
    expect(paintLine("2026-11-20T22:00:00Z ok late=4", coloured)).toBe(
      "\u001B[2m2026-11-20T22:00:00Z ok late=4\u001B[22m",
    );
  });

  it("is plain without colours", () => {
    expect(paintLine(text, plain)).toBe(text);
  });

  it.each([text.length, text.length + 1])("is complete on a screen that is wide enough: %i", (width) => {
    expect(paintLine(text, plain, width)).toBe(text);
  });

  it("is cut to the width of the screen, and keeps its colour", () => {
    const painted = paintLine(text, coloured, 60);
    expect(stripVTControlCharacters(painted)).toBe(`${text.slice(0, 59)}…`);
    expect(painted).toContain("\u001B[31m");
  });

  it("cannot control the terminal", () => {
    const hostile = "2026-11-20T22:00:00Z ok \u001B]0;owned\u0007\u202Ex";
    expect(paintLine(hostile, plain)).toBe("2026-11-20T22:00:00Z ok \\u001b]0;owned\\u0007\\u202ex");
    expect(paintLine(hostile, coloured)).not.toContain("\u0007");
  });
});
