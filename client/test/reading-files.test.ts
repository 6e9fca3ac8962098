import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endOf, type Ended } from "./ended.ts";
import { begin, linesOf, minute } from "./log-lines.ts";

const main = join(import.meta.dirname, "../src/main.ts");
const until = ["--until", new Date(begin + 9 * minute).toISOString()];
let folder = "";
let log = "";
let content = "";

async function analyze(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return endOf(child);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-files-"));
  log = join(folder, "analyze.log");
  content = linesOf(Array.from({ length: 9 }, () => "o")).join("");
  await writeFile(log, content);
});
afterAll(() => rm(folder, { recursive: true }));

describe("analyze report --html", () => {
  it.each([
    ["the log", "analyze.log"],
    ["a rotated file", "analyze.log.1"],
    ["a name that a rotated file gets", "analyze.log.2"],
    ["the announcement", "analyze.log.maintenance"],
    ["a link to the log", "link.html"],
    ["another file", "ca.key"],
    ["a folder", "folder"],
  ])("refuses %s, and changes nothing", async (_, name) => {
    const target = join(folder, name);
    await copyFile(log, `${log}.1`);
    await symlink(log, join(folder, "link.html")).catch(() => undefined);
    await mkdir(join(folder, "folder"), { recursive: true });
    await writeFile(join(folder, "ca.key"), "a key\n");
    const before = await readFile(target, "utf8").catch(() => undefined);
    const { code, out, err } = await analyze("report", "--log", log, ...until, "--html", target);
    expect(err).toMatch(/^The page is not written: .*\. Give --html the name of a new file\n$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(await readFile(target, "utf8").catch(() => undefined)).toBe(before);
    expect(await readFile(log, "utf8")).toBe(content);
  });

  it("replaces its own earlier page, and fills an empty file", async () => {
    const page = join(folder, "page.html");
    await writeFile(page, "");
    for (const slo of ["99", "98"]) {
      const { err } = await analyze("report", "--log", log, ...until, "--slo", slo, "--html", page);
      expect(err).toBe("");
      expect(await readFile(page, "utf8")).toMatch(new RegExp(`^<!doctype html>[^]*Objective ${slo} %`));
    }
  });
});

describe.runIf(existsSync("/dev/full"))("a log that is no regular file", () => {
  const places = { folder: "a folder", device: "a device", fifo: "a FIFO" };
  beforeAll(async () => {
    await mkdir(join(folder, "at-folder"), { recursive: true });
    await symlink("/dev/full", join(folder, "at-device"));
    spawnSync("sh", ["-c", 'mkfifo "$0"', join(folder, "at-fifo")]);
  });

  it.each(Object.entries(places))("%s: each command says what it is, and ends", async (name, kind) => {
    const path = join(folder, `at-${name}`);
    for (const command of [["report"], ["tail"], ["tail", "-n", "2"], ["tail", "-f"], ["export"]]) {
      const { code, out, err } = await analyze(...command, "--log", path);
      expect(err).toBe(`${path} is ${kind}, not a regular file. Name the log with --log or ANALYZE_LOG\n`);
      expect({ code, out }).toEqual({ code: 2, out: "" });
    }
  });

  it("instead of the live log is reported in the report and in its one line", async () => {
    const moved = join(folder, "moved.log");
    await writeFile(`${moved}.1`, content);
    await symlink("/dev/full", moved);
    expect((await analyze("report", "--log", moved, ...until)).out).toMatch(
      /note +not read.*moved\.log: it is a device/,
    );
    expect((await analyze("report", "--line", "--log", moved, ...until)).out).toContain("1 file of the log not read");
  });
});

it("analyze tail shows the lines beside a damaged rotated file, and names the file", async () => {
  const torn = join(folder, "torn.log");
  await writeFile(torn, content);
  await writeFile(`${torn}.1.gz`, gzipSync(content).subarray(0, 20));
  const { code, out, err } = await analyze("tail", "--log", torn);
  expect({ code, out, err }).toEqual({
    code: 0,
    out: content,
    err: `not read: ${torn}.1.gz: unexpected end of file\n`,
  });
});
