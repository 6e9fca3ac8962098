import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ReadError } from "../read/read-error.ts";
import { isTruncated, openFile, readOn, type OpenFile } from "./open-file.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "open-file-"));
  path = join(dir, "analyze.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

async function opened(bytes?: number): Promise<OpenFile> {
  const file = await openFile(path, bytes);
  if (!file) throw new Error("there is no file");
  onTestFinished(() => file.handle.close());
  return file;
}

describe("opens", () => {
  it("a file with its inode, at its beginning", async () => {
    writeFileSync(path, "one\ntwo\n");
    const file = await opened();
    expect(file.inode).toBe(statSync(path).ino);
    expect(await readOn(file)).toEqual(["one", "two"]);
  });

  it.each<[bytes: number, lines: string[]]>([
    // No line starts in that part: all of them, rather than none.
    [0, ["one", "two"]],
    [3, ["one", "two"]],
    [4, ["two"]],
    [7, ["two"]],
    [8, ["one", "two"]],
    [1_000, ["one", "two"]],
  ])("at the first line of its last %i bytes", async (bytes, lines) => {
    writeFileSync(path, "one\ntwo\n");
    expect(await readOn(await opened(bytes))).toEqual(lines);
  });

  it("nothing where there is no file, or no folder", async () => {
    expect(await openFile(path)).toBeUndefined();
    expect(await openFile(join(dir, "missing", "analyze.log"))).toBeUndefined();
    symlinkSync(join(dir, "nowhere"), path);
    expect(await openFile(path)).toBeUndefined();
  });

  it.each<[what: string, make: () => void]>([
    ["a folder", () => mkdirSync(path)],
    ["a device", () => symlinkSync("/dev/zero", path)],
  ])("no log that is %s", async (what, make) => {
    make();
    await expect(openFile(path)).rejects.toThrow(ReadError);
    await expect(openFile(path)).rejects.toThrow(what);
  });
});

describe("reads on", () => {
  it("with each call what was written since the last one", async () => {
    writeFileSync(path, "one\n");
    const file = await opened();
    expect(await readOn(file)).toEqual(["one"]);
    expect(await readOn(file)).toEqual([]);
    appendFileSync(path, "two\n\nfour\n");
    expect(await readOn(file)).toEqual(["two", "", "four"]);
  });

  it("a line when it is complete, wherever its bytes are divided", async () => {
    const line = 'out="Grüße 👩‍👧 שלום"';
    writeFileSync(path, "");
    const file = await opened();
    for (const byte of Buffer.from(line)) {
      appendFileSync(path, Buffer.from([byte]));
      expect(await readOn(file)).toEqual([]);
    }
    appendFileSync(path, "\n");
    expect(await readOn(file)).toEqual([line]);
  });

  it("all lines of a file that is larger than a read", async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `${at} é`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    expect(await readOn(await opened())).toEqual(lines);
  });

  it("in a file that is renamed or removed", async () => {
    writeFileSync(path, "one\n");
    const file = await opened();
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, "two\n");
    expect(await readOn(file)).toEqual(["one", "two"]);
    rmSync(`${path}.1`);
    expect(await readOn(file)).toEqual([]);
  });
});

describe("of a file that became shorter", () => {
  it.each<[what: string, left: string, truncated: boolean, again: string[], then: string, lines: string[]]>([
    ["all", "", true, [], "new\n", ["new"]],
    ["a whole line", "one\n", true, ["one"], "new\n", ["new"]],
    ["the torn line", "one\ntwo\n", false, [], "new\n", ["new"]],
    ["a part of the torn line", "one\ntwo\nth", false, [], "ird\n", ["third"]],
    ["nothing", "one\ntwo\nthre", false, [], "e\n", ["three"]],
  ])("%s was removed", async (_, left, truncated, again, then, lines) => {
    writeFileSync(path, "one\ntwo\nthre");
    const file = await opened();
    expect(await readOn(file)).toEqual(["one", "two"]);
    truncateSync(path, left.length);
    expect(await isTruncated(file)).toBe(truncated);
    expect(await readOn(file)).toEqual(again);
    appendFileSync(path, then);
    expect(await readOn(file)).toEqual(lines);
    expect(await isTruncated(file)).toBe(false);
  });

  it("what counts is the whole lines, also after a start near its end", async () => {
    writeFileSync(path, "one\ntwo\n");
    const file = await opened(4);
    expect(await isTruncated(file)).toBe(false);
    truncateSync(path, 4);
    expect(await isTruncated(file)).toBe(false);
    truncateSync(path, 3);
    expect(await isTruncated(file)).toBe(true);
  });
});
