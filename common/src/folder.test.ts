import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createFolder } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "folder-"));
afterAll(() => rmSync(root, { recursive: true }));

it("a folder is created with those above it, and may be there already", () => {
  const path = join(root, "a", "b", "c");
  for (let time = 0; time < 2; time += 1) createFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it("a link to a folder counts as one", () => {
  mkdirSync(join(root, "real"));
  symlinkSync(join(root, "real"), join(root, "link"), "junction");
  createFolder(join(root, "link"));
  createFolder(join(root, "link", "below"));
  expect(statSync(join(root, "real", "below")).isDirectory()).toBe(true);
});

it("a file in the way is the system's error", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  expect(() => createFolder(file)).toThrow(expect.objectContaining({ code: "EEXIST" }));
  expect(() => createFolder(join(file, "below"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
});

it.runIf(process.platform === "linux")("a folder that cannot be created in /proc is an error, not a loop", () => {
  expect(() => createFolder("/proc/analyze/x")).toThrow(expect.objectContaining({ code: "ENOENT" }));
});
