import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { obituary, pollLine } from "./view.ts";

const plain = { write: () => true };
const terminal = { ...plain, isTTY: true, columns: 60 };
const line = '2026-11-21T06:21:00Z ok    app  200    43ms late=4 try=1 dns=2 tcp=1 tls=9 wait=28 out="…"';

it("a line is shown whole and plain where there is no terminal", () => {
  expect(pollLine(line, plain)).toBe(line);
});

it("on a terminal the verdict is coloured, and the line cut to the width", () => {
  const shown = pollLine(line, terminal);
  expect(shown).toContain("\u001b[32mok\u001b[39m");
  expect(stripVTControlCharacters(shown)).toBe(`${line.slice(0, 59)}…`);
});

it("nothing but a verdict is coloured", () => {
  expect(pollLine("something else", terminal)).toBe("something else");
});

it("escape sequences in a line never reach the terminal", () => {
  expect(pollLine("a \u001b]0;title\u0007b\u001b[2J", plain)).toBe("a b");
});

it("a part's end is told with its last words and where the rest of them is", () => {
  const part = { name: "web", log: "logs/web.log", lastLines: () => ["port 1 is taken"] };
  const ended = { pid: 1, ended: Promise.resolve(""), stop: async () => {}, kill: () => {} };
  expect(obituary({ part: { ...part, ...ended }, how: "ended with code 1" })).toBe(
    "web ended with code 1, so the rest is ended too. Its last lines, from logs/web.log:\n  port 1 is taken\n",
  );
});
