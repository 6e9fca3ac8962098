import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellWord } from "./shell.ts";

describe("a shell reads the word as the text", () => {
  it.each([
    "/var/log/analyze.log",
    "",
    " ",
    "my ca.crt",
    "it's",
    "'",
    "''",
    '"$(id)"',
    "`id`",
    "a;id",
    "--html=x;y",
    "24h",
    "a\nb",
    "\\",
    "*",
    "~",
    "a#b",
    "$HOME",
    "[2001:db8::7]:443",
    "日誌 👩‍👧",
  ])("%j", (text) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { encoding: "utf8" })).toBe(text);
  });
});

it.each(["/var/log/analyze.log", "analyze.test:443:192.0.2.7:8443", "--host", "a@b+c=d,e%f"])(
  "%s needs no quotes",
  (text) => expect(shellWord(text)).toBe(text),
);

it.each(["[::1]", "a?", "*"])("%s is quoted: zsh fails where a pattern matches no file", (text) =>
  expect(shellWord(text)).toBe(`'${text}'`),
);
