import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { appendLine } from "./append.ts";

let dir: string;
let log: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "append-"));
  log = join(dir, "analyze.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

it("creates a missing file, readable by its owner and group only", async () => {
  await appendLine(log, "one\n");
  expect(readFileSync(log, "utf8")).toBe("one\n");
  expect(statSync(log).mode & 0o037).toBe(0);
});

it("a torn last line is completed before the next one", async () => {
  writeFileSync(log, "one\ntor");
  await appendLine(log, "two\n");
  expect(readFileSync(log, "utf8")).toBe("one\ntor\ntwo\n");
});

it("a renamed file is not written any more: the next line starts a new file", async () => {
  await appendLine(log, "one\n");
  renameSync(log, `${log}.1`);
  await appendLine(log, "two\n");
  expect(readFileSync(`${log}.1`, "utf8")).toBe("one\n");
  expect(readFileSync(log, "utf8")).toBe("two\n");
});

it("reports a log that cannot be opened as an error", async () => {
  await expect(appendLine(join(dir, "missing", "analyze.log"), "one\n")).rejects.toThrow(/ENOENT/);
});
