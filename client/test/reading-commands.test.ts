import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { formatLine } from "../src/line/format.ts";
import { endOf, type Ended } from "./ended.ts";
import { begin, failLine, linesOf, minute, okLine, runLine, startLine } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const until = new Date(begin + 1000 * minute).toISOString();
let folder = "";
let log = "";

/** Root may read everything, so commands run as nobody to test permissions. */
interface Identity {
  uid?: number;
  gid?: number;
}

const plainUser: Identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
/** The user nobody may have no access to this folder, for example in /root. */
const canRun = spawnSync(process.execPath, [main, "--version"], plainUser).status === 0;

async function analyze(...args: string[]): Promise<Ended> {
  return analyzeAs({}, ...args);
}

async function analyzeAs(identity: Identity, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ANALYZE_LOG: log },
    stdio: ["ignore", "pipe", "pipe"],
    ...identity,
  });
  return endOf(child);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-commands-"));
  log = join(folder, "analyze.log");
  await chmod(folder, 0o755);
  const hostile = "\u001B[2J\u202Eevil";
  const history = linesOf(Array.from({ length: 990 }, () => "o").concat([..."Xfoooooooo"]));
  const bad = `${hostile} is no line\n`;
  const flaky = formatLine(runLine(begin + 500 * minute, { kind: "FAIL", hop: "app", err: hostile, hint: hostile }));
  await writeFile(log, [startLine(begin), ...history, bad, flaky].join(""));
});
afterAll(() => rm(folder, { recursive: true }));

describe("analyze report", () => {
  it("ends with 0 when the objective is held, 1 when it is broken, 2 when it is undecided", async () => {
    expect(await analyze("report", "--until", until, "--slo", "99", "--line")).toMatchObject({ code: 0 });
    expect(await analyze("report", "--until", until, "--slo", "99.9", "--json")).toMatchObject({ code: 1 });
    const later = new Date(begin + 1100 * minute).toISOString();
    expect(await analyze("report", "--until", later, "--slo", "99")).toMatchObject({ code: 2 });
  });

  it("ends with 2 and says what to type if the usage is wrong", async () => {
    const { code, err } = await analyze("report", "--since", "yesterday");
    expect(err).toMatch(/^"yesterday" is not a time\. Use a duration before now \(90min/);
    expect(code).toBe(2);
    expect(await analyze("report", "--slo", "101")).toMatchObject({ code: 2, err: expect.stringMatching(/0 to 100/) });
    const none = join(folder, "none.log");
    expect(await analyze("report", "--log", none)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`no log at ${none}`),
    });
  });

  it("removes terminal control characters from a server's text", async () => {
    const { out } = await analyze("report", "--until", until);
    expect(out).toContain("\\u001b[2J\\u202eevil");
    expect(out).not.toContain("\u001B");
    expect(out).not.toContain("\u202E");
  });
});

describe("a log that may not be read", () => {
  it.runIf(canRun)("is named, with what to do, by every command", async () => {
    const closed = join(folder, "closed.log");
    await writeFile(closed, okLine(begin), { mode: 0o000 });
    // By the clock of this process: the file system's clock is never moved.
    await utimes(closed, new Date(), new Date());
    for (const command of ["report", "export", "tail"]) {
      const { code, err } = await analyzeAs(plainUser, command, "--log", closed);
      expect(err).toContain(closed);
      expect(err).toContain("permission denied; use sudo, or join the group that owns it (adm)");
      expect(err).not.toContain("    at ");
      expect(code).toBe(2);
    }
  });
});

describe("analyze export", () => {
  it("prints each record with types and ISO 8601 times, and counts bad lines on stderr", async () => {
    const { code, out, err } = await analyze("export", "--since", new Date(begin + 989 * minute).toISOString());
    const records = out
      .trim()
      .split("\n")
      .map((json): unknown => JSON.parse(json));
    expect(records).toHaveLength(11);
    expect(records[1]).toMatchObject({
      kind: "FAIL",
      time: new Date(begin + 990 * minute).toISOString(),
      hop: "tcp",
      ms: 43,
      err: "ECONNREFUSED",
    });
    expect(err).toBe("analyze export: 1 of 1003 lines skipped, torn or foreign (first: analyze.log:1002)\n");
    expect(code).toBe(0);
  });

  it("ends without an error when its reader closes the pipe", async () => {
    const child = spawn(process.execPath, [main, "export", "--log", log], { stdio: ["ignore", "pipe", "pipe"] });
    const errors = text(child.stderr);
    child.stdout.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await errors).not.toMatch(/EPIPE|at /);
  });
});

describe("analyze tail", () => {
  it("shows the last lines, or the last failed ones, without terminal control characters", async () => {
    const { out } = await analyze("tail", "-n", "3");
    expect(out.split("\n")[0]).toBe(okLine(begin + 999 * minute).trim());
    expect(out.split("\n")[1]).toBe("\\u001b[2J\\u202eevil is no line");
    const failed = await analyze("tail", "--failed", "-n", "3");
    expect(failed.out.match(/(?<=Z )\w+/g)).toEqual(["FAIL", "flaky", "FAIL"]);
  });

  it("follows the log across a rotation", async () => {
    const live = join(folder, "followed.log");
    await writeFile(live, okLine(begin));
    const tail = startProgram(process.execPath, [main, "tail", "-f", "--log", live]);
    await tail.waitFor(/22:00:00Z ok/);
    await rename(live, `${live}.1`);
    await appendFile(`${live}.1`, okLine(begin + minute));
    await writeFile(live, failLine(begin + 2 * minute));
    await tail.waitFor(/22:01:00Z ok[^]*22:02:00Z FAIL/);
    await tail.stop();
    expect(tail.output().trim().split("\n")).toHaveLength(3);
  });
});
