import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endOf, type Ended } from "./ended.ts";
import { begin, linesOf, minute, okLine } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");
let folder = "";
let log = "";

async function analyze(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return endOf(child);
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
      "contains only garbage",
      "hello\n\0\0\0\n{}\n",
      /has no lines yet, and 3 that are torn or foreign \(first: other\.log:1\)$/,
    ],
    ["contains only a torn line", okLine(begin).slice(0, 60), /has no lines yet, and 1 that/],
    [
      "is written by a clock that is ahead",
      okLine(Date.UTC(2099, 0, 1)),
      /has no lines before .* but up to 2099-01-01/,
    ],
  ])("reports that and ends with 2, in every format, if it %s", async (_, content, message) => {
    const other = join(folder, "other.log");
    await writeFile(other, content);
    // Last written long before the window: the live file is still read.
    await utimes(other, 0, 0);
    const page = join(folder, "none.html");
    for (const form of [[], ["--json"], ["--html", page], ["--line"]]) {
      const { code, out, err } = await analyze("report", "--log", other, ...form);
      // A login message shows only stdout, and a terminal shows both: the message is on one of them.
      const isLine = form[0] === "--line";
      expect((isLine ? out : err).trim()).toMatch(message);
      expect(isLine ? err : out).toBe("");
      expect(err).not.toContain("    at ");
      expect(code).toBe(2);
      expect(existsSync(page)).toBe(false);
    }
  });

  it("does not affect other commands", async () => {
    const other = join(folder, "empty.log");
    await writeFile(other, "");
    for (const command of ["export", "tail"])
      expect(await analyze(command, "--log", other)).toEqual({ code: 0, out: "", err: "" });
  });
});

describe("maintenance that is announced", () => {
  it("is noted in the report until it ends", async () => {
    const window = ["--until", new Date(begin + 999 * minute).toISOString()];
    expect(await analyze("maintenance", "begin", "--log", log, "--why", "new\u001B[2Jdisks")).toMatchObject({
      code: 0,
    });
    const { out } = await analyze("report", "--log", log, ...window);
    expect(out).toMatch(
      /note +maintenance announced since .* UTC \(new\\u001b\[2Jdisks\); end it with: analyze maintenance end/,
    );
    expect((await analyze("report", "--line", "--log", log, ...window)).out).toContain("maintenance announced");
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

describe("an invalid command about maintenance", () => {
  it.each([
    ["an empty reason", ["begin", "--why", " "], /Give a reason\./],
    ["a reason longer than a line", ["begin", "--why", "x".repeat(201)], /at most 200 characters/],
    ["a misspelt command", ["bgin"], /Did you mean begin\?/],
    ["no name of a log", ["show", "--log", ""], /Give the name of a file\./],
  ])("%s is refused", async (_, args, message) => {
    expect(await analyze("maintenance", ...args)).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });

  it("a damaged file is reported with what to do, and removed with a message", async () => {
    const damaged = join(folder, "damaged.log");
    await writeFile(`${damaged}.maintenance`, "{");
    const shown = await analyze("maintenance", "--log", damaged);
    expect(shown.err).toMatch(
      /maintenance is damaged: it contains no announcement; analyze maintenance begin announces/,
    );
    const { out, code } = await analyze("maintenance", "end", "--log", damaged);
    expect(out).toMatch(/^Removed an unreadable announcement: .*damaged/);
    expect(code).toBe(0);
    expect((await analyze("maintenance", "end", "--log", damaged)).out).toBe("No maintenance was announced.\n");
  });
});

describe("several logs", () => {
  it("with one empty log are reported, with an unknown place", async () => {
    const empty = join(folder, "silent.log");
    await writeFile(empty, "");
    const window = ["--until", new Date(begin + 999 * minute).toISOString()];
    const logs = ["--log", `home=${log}`, "--log", `ec2=${empty}`];
    const { out, err } = await analyze("report", ...logs, ...window);
    expect(out).toMatch(/^UP from home; no data from ec2\n/);
    expect(out).toMatch(/slots +999 due = 999 up/);
    expect(out).toMatch(/note +ec2: .*silent\.log has no lines yet/);
    expect(err).toBe("");
    expect((await analyze("report", "--log", `a=${empty}`, "--log", `b=${empty}`)).err).toMatch(/has no lines yet$/m);
  });

  it("with the same name are refused, with the name", async () => {
    const { code, err } = await analyze("report", "--log", `a=${log}`, "--log", `a=${log}`);
    expect({ code, err }).toEqual({ code: 2, err: 'Two logs have the name "a": give each place its own name\n' });
  });
});

describe("the commands that texts name", () => {
  it.each([
    [{}, "analyze --help", "analyze run"],
    [{ ANALYZE_PLACE: "start" }, "npm run analyze -- --help", "npm start"],
    [{ npm_lifecycle_event: "analyze" }, "npm run analyze -- --help", "npm start"],
  ])("exist where %o", (env, help, start) => {
    const run = (...args: string[]): string =>
      spawnSync(process.execPath, [main, ...args], { env: { ...process.env, ...env }, encoding: "utf8" }).stderr;
    expect(run("reprot")).toContain(`(${help} shows the commands)`);
    expect(run("report", "--log", join(folder, "none.log"))).toContain(`start the client: ${start}\n`);
  });
});

it.runIf(existsSync("/dev/full"))("an output that cannot be written is reported once", () => {
  const script = 'exec "$0" "$@" > /dev/full';
  const { stderr, status } = spawnSync("sh", ["-c", script, process.execPath, main, "report", "--log", log], {
    encoding: "utf8",
  });
  expect(stderr).toMatch(/^The output cannot be written: .*\n$/);
  expect(status).toBe(2);
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

it("an unknown option suggests similar ones", async () => {
  expect(await analyze("report", "--json-lines")).toMatchObject({
    code: 2,
    err: expect.stringContaining("(Did you mean --json?)"),
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
