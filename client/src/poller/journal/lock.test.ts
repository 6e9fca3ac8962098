import { linkSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockHolder, takeLock, type Lock } from "./lock.ts";

let dir: string;
let log: string;
let held: Lock[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lock-"));
  log = join(dir, "analyze.log");
  held = [];
});
afterEach(() => {
  for (const lock of held) lock.release();
  rmSync(dir, { recursive: true });
});

async function take(path: string, holder = "pid 4711 on example"): Promise<Lock> {
  const lock = await takeLock(path, holder);
  held.push(lock);
  return lock;
}

it("refuses a second client of the same log, and names the first", async () => {
  await take(log);
  await expect(take(log)).rejects.toThrow(/pid 4711 on example.*Stop that client first/s);
  await expect(take(join(dir, "..", dir.slice(tmpdir().length), "analyze.log"))).rejects.toThrow(/4711/);
});

it.each([
  ["a symlink", symlinkSync],
  ["a hard link", linkSync],
])("refuses a second client that uses %s", async (_, link) => {
  const other = join(dir, "other.log");
  writeFileSync(log, "");
  link(log, other);
  await take(log);
  await expect(take(other)).rejects.toThrow(/4711/);
  expect(await lockHolder(other)).toBe("pid 4711 on example");
});

it("refuses a second client whose symlink had no target yet", async () => {
  const other = join(dir, "other.log");
  symlinkSync(log, other);
  const first = await take(log);
  writeFileSync(log, "");
  await first.cover();
  await expect(take(other)).rejects.toThrow(/4711/);
});

it("continues with the new file after a rotation, and closes the old one", async () => {
  const [other, rotated] = [join(dir, "other.log"), `${log}.1`];
  writeFileSync(log, "");
  const first = await take(log);
  renameSync(log, rotated);
  writeFileSync(log, "");
  await first.cover();
  linkSync(log, other);
  await expect(take(other)).rejects.toThrow(/4711/);
  await take(rotated, "the owner of the old file");
});

it("reports another client that already writes the file created by a rotation", async () => {
  const other = join(dir, "other.log");
  const first = await take(log);
  writeFileSync(other, "");
  await take(other, "the other");
  linkSync(other, log);
  await expect(first.cover()).rejects.toThrow(/"the other"/);
});

it("can be taken again after its release, and does not affect other logs", async () => {
  const first = await take(log);
  await take(join(dir, "c.log"));
  first.release();
  await take(log, "the third");
  await expect(take(log)).rejects.toThrow(/the third/);
});
