import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { formatLine } from "../../line/format.ts";
import type { RunLine } from "../../line/record.ts";
import { readHistory } from "./history.ts";

let log: string;
beforeEach(() => {
  log = join(mkdtempSync(join(tmpdir(), "history-")), "analyze.log");
});
afterEach(() => rmSync(join(log, ".."), { recursive: true }));

function lineAt(minute: number): string {
  const line: RunLine = { kind: "ok", time: minute * 60_000, hop: "app", ms: 1, late: 0, try: 1, id: "x" };
  return formatLine(line);
}

async function lastMinute(): Promise<number | undefined> {
  const last = (await readHistory(log)).at(-1);
  return last && last.time / 60_000;
}

it("without a log there is no history", async () => {
  expect(await readHistory(log)).toEqual([]);
});

it("the history ends with the last complete line, before any torn end", async () => {
  writeFileSync(log, lineAt(1) + lineAt(2) + lineAt(3).slice(0, 30));
  expect(await lastMinute()).toBe(2);
});

it("right after a rotation it comes from the newest rotated file, compressed or not", async () => {
  writeFileSync(`${log}-20261119.gz`, gzipSync(lineAt(1)));
  utimesSync(`${log}-20261119.gz`, 100, 100);
  expect(await lastMinute()).toBe(1);
  writeFileSync(`${log}-20261120`, lineAt(2));
  utimesSync(`${log}-20261120`, 200, 200);
  expect(await lastMinute()).toBe(2);
  writeFileSync(log, "");
  expect(await lastMinute()).toBe(2);
  appendFileSync(log, lineAt(3));
  expect(await lastMinute()).toBe(3);
});

it("of a long file it reads the end, and the whole file if the end has no slot", async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => lineAt(index)).join("");
  writeFileSync(log, many);
  expect((await readHistory(log)).at(-1)?.time).toBe(19_999 * 60_000);
  expect(await readHistory(log)).toHaveLength(400);
  appendFileSync(log, `${"\0".repeat(500_000)}\n`);
  expect(await lastMinute()).toBe(19_999);
});
