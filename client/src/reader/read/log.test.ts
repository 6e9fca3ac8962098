import { appendFile, copyFile, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minute, okLine, startLine } from "../../../test/log-lines.ts";
import type { LogLine } from "../../line/record.ts";
import { readLog } from "./log.ts";
import { newTally } from "./tally.ts";

const begin = Date.UTC(2026, 10, 21, 6, 0);
let folder = "";
let live = "";

function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => okLine(begin + (from + index) * minute)).join("");
}

async function readMinutes(since?: number): Promise<{ minutes: number[]; tally: ReturnType<typeof newTally> }> {
  const tally = newTally();
  const minutes: number[] = [];
  for await (const batch of readLog(live, tally, since))
    for (const line of batch) minutes.push((line.time - begin) / minute);
  return { minutes, tally };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-read-"));
  live = join(folder, "analyze.log");
});
afterEach(() => rm(folder, { recursive: true }));

describe("reading a log and its rotated files", () => {
  it.each([
    ["numbered", "analyze.log.2.gz", "analyze.log.1"],
    ["dated", "analyze.log-20261119.gz", "analyze.log-20261120"],
    ["dated by the second", "analyze.log-20261119-1795046400.gz", "analyze.log-20261120-1795132800"],
    ["dated with dots", "analyze.log.2026-11-19.gz", "analyze.log.2026-11-20"],
    ["before the extension", "analyze-20261119.log.gz", "analyze-20261120.log"],
    ["packed with zstd", "analyze.log.2.zst", "analyze.log.1"],
  ])("finds files whose names are %s, in order of time", async (_, oldest, middle) => {
    const packed = Buffer.from(lines(0, 3));
    await writeFile(live, lines(5, 2));
    await writeFile(join(folder, middle), lines(3, 2));
    await writeFile(join(folder, oldest), oldest.endsWith(".gz") ? gzipSync(packed) : zstdCompressSync(packed));
    const { minutes, tally } = await readMinutes();
    expect(minutes).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(tally).toMatchObject({ files: [oldest, middle, "analyze.log"], lines: 7, bad: 0, copies: 0, problems: [] });
  });

  it("ignores other files", async () => {
    await writeFile(live, lines(0, 1));
    for (const name of ["analyze.log.bak", "analyze.log.lock", "analyze.log~", "analyzer.log.1", "other.log.1"])
      await writeFile(join(folder, name), lines(1, 1));
    expect((await readMinutes()).minutes).toEqual([0]);
  });

  it("counts a file once while logrotate packs it", async () => {
    await writeFile(live, lines(2, 1));
    await writeFile(join(folder, "analyze.log.1"), lines(0, 2));
    await writeFile(join(folder, "analyze.log.1.gz"), gzipSync(lines(0, 2)).subarray(0, 40));
    const { minutes, tally } = await readMinutes();
    expect(minutes).toEqual([0, 1, 2]);
    expect(tally.problems).toEqual([]);
  });

  it("counts lines once that are also in a copy of the live file", async () => {
    await writeFile(live, lines(0, 4));
    await copyFile(live, join(folder, "analyze.log-20261121"));
    await appendFile(live, lines(4, 2));
    const { minutes, tally } = await readMinutes();
    expect(minutes.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(tally.copies).toBe(4);
  });

  it("skips and counts torn, foreign and NUL lines, and names the first", async () => {
    const torn = okLine(begin + 9 * minute).slice(0, 60);
    await writeFile(live, `${lines(0, 1)}hello\n${"\0".repeat(300_000)}\n${lines(1, 1)}\n${torn}`);
    const { minutes, tally } = await readMinutes();
    expect(minutes).toEqual([0, 1]);
    expect(tally).toMatchObject({ lines: 6, bad: 4, firstBad: "analyze.log:2" });
  });

  it("keeps characters whole at the borders of the reader's chunks", async () => {
    const euros = `${"€".repeat(50_000)}\n`;
    await writeFile(live, `${euros}${lines(0, 1)}`);
    expect(await readMinutes()).toMatchObject({ minutes: [0], tally: { bad: 1 } });
  });

  it("reads the intact part of a damaged file, and names the fault", async () => {
    const packed = gzipSync(Buffer.from(lines(0, 20_000)));
    await writeFile(join(folder, "analyze.log.1.gz"), packed.subarray(0, packed.length - 200));
    await writeFile(live, lines(20_000, 1));
    const { minutes, tally } = await readMinutes();
    expect(minutes.length).toBeGreaterThan(10_000);
    expect(minutes.at(-1)).toBe(20_000);
    expect(tally.problems).toEqual([{ file: join(folder, "analyze.log.1.gz"), why: "unexpected end of file" }]);
  });

  it("names a file whose compression it cannot read", async () => {
    await writeFile(live, lines(0, 1));
    await writeFile(join(folder, "analyze.log.1.xz"), "xz");
    expect((await readMinutes()).tally.problems[0]?.why).toMatch(/decompress it/);
  });

  it("does not open rotated files that were last written long before the window", async () => {
    await writeFile(join(folder, "analyze.log.1"), lines(0, 1));
    await writeFile(live, lines(1, 1));
    const { minutes, tally } = await readMinutes(Date.now() + 2 * 1440 * minute);
    expect(minutes).toEqual([1]);
    expect(tally).toMatchObject({ files: ["analyze.log"], olderFiles: 1 });
  });

  it("reads a long file from its end, without missing a line of the window or the start line in force", async () => {
    const days = 20;
    await writeFile(live, startLine(begin) + lines(0, days * 1440));
    const since = begin + (days - 1) * 1440 * minute;
    await utimes(live, new Date(since), new Date(since));
    const tally = newTally();
    const found: LogLine[] = [];
    for await (const batch of readLog(live, tally, since)) found.push(...batch);
    const times = found.filter(({ kind }) => kind === "ok").map(({ time }) => time);
    expect(times.filter((time) => time >= since)).toHaveLength(1440);
    expect(times[0]).toBeLessThan(since - 1440 * minute);
    expect(tally.skippedBytes).toBeGreaterThan(10 * 1440 * okLine(begin).length);
    expect(tally.bad).toBe(0);
    expect(found[0]).toMatchObject({ kind: "start", schedule: "* * * * *", time: begin });
  });

  it("misses no line of the window after the clock was set back by hours", async () => {
    const text = lines(0, 9000) + lines(9000 - 300, 301) + lines(9001 - 300, 2000);
    await writeFile(live, text);
    const since = begin + 8900 * minute;
    await utimes(live, new Date(since), new Date(since));
    const { minutes, tally } = await readMinutes(since);
    expect(minutes.filter((index) => index >= 8900)).toHaveLength(
      text.split("\n").filter((row) => row && Date.parse(row.slice(0, 20)) >= since).length,
    );
    expect(tally.skippedBytes).toBeGreaterThan(0);
  });

  it("says what to do when there is no log", async () => {
    await expect(readMinutes()).rejects.toThrow(/There is no log at .*analyze\.log\. Name it with --log/);
  });
});
