import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { begin, linesOf, minute, okLine } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");
let folder = "";
let log = "";

async function analyze(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const [[code], out, err]: [(number | null)[], string, string] = await Promise.all([
    once(child, "exit"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code ?? null, out, err };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-edges-"));
  log = join(folder, "analyze.log");
  await writeFile(log, linesOf(Array.from({ length: 999 }, () => "o")).join(""));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a log without any line to report on", () => {
  it.each([
    ["is empty", "", /has no lines yet$/],
    [
      "holds garbage alone",
      "hello\n\0\0\0\n{}\n",
      /has no lines yet, and 3 that are torn or foreign \(first: other\.log:1\)$/,
    ],
    ["holds only a torn line", okLine(begin).slice(0, 60), /has no lines yet, and 1 that/],
    [
      "is written by a clock that is ahead",
      okLine(Date.UTC(2099, 0, 1)),
      /has no lines before .* but up to 2099-01-01/,
    ],
  ])("says so and ends with 2, whatever the form, when it %s", async (_, content, message) => {
    const other = join(folder, "other.log");
    await writeFile(other, content);
    const page = join(folder, "none.html");
    for (const form of [[], ["--json"], ["--html", page], ["--line"]]) {
      const { code, out, err } = await analyze("report", "--log", other, ...form);
      expect(err.trim()).toMatch(message);
      expect(err).not.toContain("    at ");
      expect(code).toBe(2);
      expect(out.trim()).toMatch(form[0] === "--line" ? message : /^$/);
      expect(existsSync(page)).toBe(false);
    }
  });

  it("leaves the other commands well", async () => {
    const other = join(folder, "empty.log");
    await writeFile(other, "");
    for (const command of ["export", "tail"])
      expect(await analyze(command, "--log", other)).toEqual({ code: 0, out: "", err: "" });
  });
});

describe("maintenance that is announced", () => {
  it("is noted in the report as long as it lasts, so that nobody forgets to end it", async () => {
    const window = ["--until", new Date(begin + 999 * minute).toISOString()];
    expect(await analyze("maintenance", "begin", "--log", log, "--why", "new\u001B[2Jdisks")).toMatchObject({
      code: 0,
    });
    const { out } = await analyze("report", "--log", log, ...window);
    expect(out).toMatch(
      /note +maintenance is announced since .* UTC \(new\\u001b\[2Jdisks\); analyze maintenance end ends it/,
    );
    expect((await analyze("report", "--line", "--log", log, ...window)).out).toContain("maintenance is announced");
    expect((await analyze("maintenance", "end", "--log", log)).out).toMatch(/^Ended\./);
    expect((await analyze("report", "--log", log, ...window)).out).not.toContain("maintenance");
  });

  it("needs a reason, and a duration that is one", async () => {
    expect(await analyze("maintenance", "begin", "--log", log)).toMatchObject({ code: 2 });
    const { code, err } = await analyze("maintenance", "begin", "--log", log, "--why", "x", "--for", "soon");
    expect(err).toBe('"soon" is not a duration. Use 45min, 2h or 1d\n');
    expect(code).toBe(2);
    const away = join(folder, "missing", "analyze.log");
    expect(await analyze("maintenance", "begin", "--log", away, "--why", "x")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/analyze\.log\.maintenance cannot be written: ENOENT/),
    });
  });
});

describe("a command whose reader goes away", () => {
  it.each([
    ["report"],
    ["report", "--line"],
    ["export"],
    ["tail"],
    ["tail", "-f"],
    ["maintenance"],
    ["--help"],
    ["doctor"],
  ])("ends quietly: %s %s", async (...args) => {
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ANALYZE_LOG: log, ANALYZE_URL: "https://127.0.0.1:1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const errors = text(child.stderr);
    if (args.includes("-f")) await appendFile(log, okLine(begin + 999 * minute));
    const [code, signal]: (number | string | null)[] = await once(child, "exit");
    expect(signal).toBeNull();
    expect([0, 1, 2]).toContain(code);
    expect(await errors).not.toMatch(/EPIPE| {4}at /);
  });
});

describe("a command that is misspelt", () => {
  it.each([
    ["reprot", "report"],
    ["tial", "tail"],
    ["dcotor", "doctor"],
    ["maintenence", "maintenance"],
  ])("%s: did you mean %s?", async (typed, meant) => {
    expect(await analyze(typed)).toMatchObject({ code: 2, err: expect.stringContaining(`(Did you mean ${meant}?)`) });
  });
});
