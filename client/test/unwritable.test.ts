import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBench, type Bench } from "./running.ts";

let bench: Bench;
let dir: string;

beforeAll(async () => {
  bench = await openBench();
  dir = mkdtempSync(join(tmpdir(), "unwritable-"));
  mkdirSync(join(dir, "folder.log"));
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true });
});

it.each([
  ["a folder", "folder.log", /EISDIR/],
  ["in a folder that is missing", "missing/analyze.log", /ENOENT/],
  ["beneath a file", "/dev/null/analyze.log", /ENOTDIR/],
  ["on a read-only file system", "/proc/analyze.log", /ENOENT|EROFS|EACCES/],
])("does not start if the log is %s, and says what to set", async (_, name, reason) => {
  const client = bench.start({ ANALYZE_LOG: name.startsWith("/") ? name : join(dir, name) });
  expect(await client.ended).toBe(2);
  expect(client.output()).toMatch(reason);
  expect(client.output()).toMatch(/^The log cannot be opened: .* Set ANALYZE_LOG to a file that this user can write/);
});

it.runIf(existsSync("/dev/full"))("ends on SIGTERM if the disk is full, and reports the lost lines", async () => {
  const client = bench.start({ ANALYZE_LOG: "/dev/full" });
  await client.waitFor(/ ok .* ok /s, 30_000);
  expect(await client.stop()).toBe(1);
  expect(client.output()).toMatch(/lines wait in memory: .*ENOSPC/);
  expect(client.output()).toMatch(/\d+ lines are lost \(\d{4}-\S+Z to \d{4}-\S+Z\): .*\/dev\/full/);
});

it("ends on SIGTERM if the log's folder disappeared, and its lines are not in the next client's log", async () => {
  const folder = join(dir, "folder");
  const log = join(folder, "analyze.log");
  mkdirSync(folder);
  const client = bench.start({ ANALYZE_LOG: log });
  await client.waitFor(/ ok /, 30_000);
  renameSync(folder, `${folder}.away`);
  await client.waitFor(/lines wait in memory: .*ENOENT/, 30_000);
  expect(await client.stop()).toBe(1);
  expect(client.output()).toMatch(/lines? (is|are) lost/);
  mkdirSync(folder);
  const next = bench.start({ ANALYZE_LOG: log });
  await next.waitFor(/ ok .* ok /s, 30_000);
  expect(await next.stop()).toBe(0);
  expect(readFileSync(log, "utf8")).toMatch(new RegExp(`^\\S+ start .* pid=${next.child.pid}\n`));
});

it("continues when the reader of its output closes the pipe, as `head -1` does", async () => {
  const client = bench.start();
  client.child.stdout?.destroy();
  client.child.stderr?.destroy();
  const lines = (): number =>
    existsSync(bench.log) ? (readFileSync(bench.log, "utf8").match(/ ok /g)?.length ?? 0) : 0;
  await expect.poll(lines, { timeout: 30_000 }).toBeGreaterThan(2);
  expect(await client.stop()).toBe(0);
});
