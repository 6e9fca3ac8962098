import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatLine } from "../src/line/format.ts";
import { minute, runLine, startLine } from "./log-lines.ts";

const root = join(import.meta.dirname, "../..");
const slots = 43_200;
const year = 525_600;
/** In the past, so that every test machine's clock is after the end of the year. */
const begin = Date.UTC(2023, 0, 1);
const window = windowOf(0, slots);

function windowOf(first: number, end: number): string[] {
  return [
    "--since",
    new Date(begin + first * minute).toISOString(),
    "--until",
    new Date(begin + end * minute).toISOString(),
  ];
}

/**
 * Makes a process print its resource use at its end: maximum MiB, and milliseconds of CPU, which other load does not
 * change. Without maxRSS, which a process inherits from its parent.
 */
const sayCost = `process.on("exit", () => {
  const [, peak] = /VmHWM:\\s+(\\d+) kB/.exec(require("node:fs").readFileSync("/proc/self/status", "utf8"));
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write("cost=" + peak / 1024 + "," + (userCPUTime + systemCPUTime) / 1000);
})`;

interface Ended {
  code: number | null;
  out: string;
  megabytes: number;
  cpuMs: number;
}

/** A month or a year as a poller writes it, with some slow, flaky and failed lines. */
function linesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const time = begin + index * minute;
    const wait = 20 + ((index * 7919) % 31) + (index % 211 === 0 ? 400 : 0);
    const run = { ms: 12 + wait, wait, addr: "192.0.2.7:443", cert: 364 - Math.floor(index / 1440), late: index % 9 };
    const out = "Word Count: 4 | Reverse: ?uoy era woh ,olleH";
    if (index % 2500 === 2499)
      return formatLine(runLine(time, { ...run, kind: "FAIL", hop: "tcp", err: "ECONNREFUSED" }));
    if (index % 900 === 17)
      return formatLine(runLine(time, { ...run, kind: "flaky", try: 2, first: "tcp ECONNRESET", out }));
    return formatLine(runLine(time, { ...run, out }));
  });
}

describe("the bundle that is shipped, without node_modules beside it, on a month of lines", () => {
  let folder = "";
  let main = "";

  async function analyze(...args: string[]): Promise<Ended> {
    const child = spawn(process.execPath, ["--require", join(folder, "cost.cjs"), main, ...args], {
      env: { ...process.env, ANALYZE_LOG: join(folder, "analyze.log") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [[code], out, err]: [(number | null)[], string, string] = await Promise.all([
      once(child, "exit"),
      text(child.stdout),
      text(child.stderr),
    ]);
    const [, megabytes, cpuMs] = /cost=([\d.]+),([\d.]+)/.exec(err) ?? [];
    return { code: code ?? null, out, megabytes: Number(megabytes), cpuMs: Number(cpuMs) };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "analyze-bundle-"));
    main = join(folder, "main.mjs");
    await writeFile(join(folder, "cost.cjs"), sayCost);
    spawnSync(process.execPath, ["scripts/build.ts"], { cwd: root, stdio: "inherit" });
    await copyFile(join(root, "dist/client/main.mjs"), main);
    const lines = linesOf(slots);
    const log = join(folder, "analyze.log");
    const week = (from: number): string => lines.slice(from * 10_080, (from + 1) * 10_080).join("");
    for (const index of [0, 1, 2])
      await writeFile(`${log}-2026112${index}.gz`, gzipSync(index === 0 ? startLine(begin) + week(0) : week(index)));
    await writeFile(`${log}-20261123`, week(3));
    await writeFile(log, week(4));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("reports in less than a second of CPU time and 150 MiB", async () => {
    const runs = [];
    for (let turn = 0; turn < 5; turn++) runs.push(await analyze("report", "--json", ...window));
    const fastest = Math.min(...runs.map(({ cpuMs }) => cpuMs));
    const largest = Math.max(...runs.map(({ megabytes }) => megabytes));
    process.stdout.write(
      `report on ${slots} slots: ${fastest.toFixed(0)} ms of processor at best of 5, ${largest.toFixed(0)} MiB at most\n`,
    );
    expect(JSON.parse(runs[0]?.out ?? "")).toMatchObject({
      slots: { due: slots, ok: slots - 48 - 17, flaky: 48, failed: 17, unknown: 0 },
      log: { lines: slots + 1, bad: 0, copies: 0, problems: [] },
    });
    expect(runs[0]?.code).toBe(0);
    expect(fastest).toBeLessThan(1000);
    expect(largest).toBeLessThan(150);
  });

  it("reports on the last day of a one-year file from the file's end, and on the year, within their limits", async () => {
    const log = join(folder, "year.log");
    await writeFile(log, [startLine(begin), ...linesOf(year)].join(""));
    const cases = [
      { what: "24 h of a year", from: year - 1440, starts: 6, more: 45 },
      { what: "a year", from: 0, starts: 50, more: 150 },
    ];
    // Machines differ, and other programs slow every instruction down: the limits follow from the program's own start.
    const started = [await analyze("--version"), await analyze("--version"), await analyze("--version")];
    const start = Math.min(...started.map(({ cpuMs }) => cpuMs));
    const base = Math.max(...started.map(({ megabytes }) => megabytes));
    for (const { what, from, starts, more } of cases) {
      const runs = [];
      for (let turn = 0; turn < 3; turn++)
        runs.push(await analyze("report", "--json", "--log", log, ...windowOf(from, year)));
      const fastest = Math.min(...runs.map(({ cpuMs }) => cpuMs));
      const largest = Math.max(...runs.map(({ megabytes }) => megabytes));
      process.stdout.write(
        `${what}: ${fastest.toFixed(0)} ms of processor at best of 3 (a start: ${start.toFixed(0)}), ` +
          `${largest.toFixed(0)} MiB at most (a start: ${base.toFixed(0)})\n`,
      );
      expect(JSON.parse(runs[0]?.out ?? "")).toMatchObject({
        slots: { due: year - from, unknown: 0 },
        target: "https://analyze.test/analyze",
        schedule: "* * * * *",
      });
      expect(fastest).toBeLessThan(starts * start);
      expect(largest).toBeLessThan(base + more);
    }
  }, 120_000);

  it("writes the page", async () => {
    const file = join(folder, "report.html");
    const { code, megabytes } = await analyze("report", "--html", file, ...window);
    expect(code).toBe(0);
    expect(await readFile(file, "utf8")).toMatch(/<h1>Up<\/h1>[^]*class="middle" d="M[^]*<\/html>/);
    expect(megabytes).toBeLessThan(150);
  });

  it("exports each record, and follows the file", async () => {
    const { out, megabytes } = await analyze("export");
    const lines = out.trim().split("\n");
    expect(lines).toHaveLength(slots + 1);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      time: new Date(begin + (slots - 1) * minute).toISOString(),
    });
    expect(megabytes).toBeLessThan(150);
    const tail = await analyze("tail", "-n", "4000", "--failed");
    expect(tail.out.trim().split("\n")).toHaveLength(65);
  });
});
