import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastLineWith, LineSplitter, lineStartNearEnd, readLines, seekBack } from "./lines.ts";

const kilobyte = 1024;
let folder = "";
let path = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-lines-"));
  path = join(folder, "analyze.log");
});
afterAll(() => rm(folder, { recursive: true }));

/** `count` lines of 64 bytes with their newlines; each begins with its number. */
function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `${String(index).padEnd(62, ".")}|\n`).join("");
}

async function read(file: string, start?: number): Promise<{ lines: string[]; torn: string | undefined }> {
  const all: { lines: string[]; torn: string | undefined } = { lines: [], torn: undefined };
  for await (const { lines, torn } of readLines(file, start)) {
    all.lines.push(...lines);
    all.torn = torn ?? all.torn;
  }
  return all;
}

describe("a splitter of lines", () => {
  it("returns each complete line, and keeps the rest", () => {
    const splitter = new LineSplitter();
    expect(splitter.rest).toBe("");
    expect(splitter.push(Buffer.from("one\ntw"))).toEqual(["one"]);
    expect(splitter.rest).toBe("tw");
    expect(splitter.push(Buffer.from("o\n\nthree\n"))).toEqual(["two", "", "three"]);
    expect(splitter.rest).toBe("");
  });

  it("keeps a character whole that is split between two chunks", () => {
    const [euro, splitter] = [Buffer.from("€\n"), new LineSplitter()];
    expect(splitter.push(euro.subarray(0, 2))).toEqual([]);
    expect(splitter.push(euro.subarray(2))).toEqual(["€"]);
  });

  it("holds at most 16 KiB of an endless line", () => {
    const splitter = new LineSplitter();
    for (let index = 0; index < 20; index++) splitter.push(Buffer.alloc(kilobyte, "x"));
    expect(splitter.rest).toBe("x".repeat(16 * kilobyte));
  });
});

describe("the lines of a file", () => {
  const text = `${numbered(3000)}torn`;

  it.each([
    ["plain", "analyze.log", (bytes: Buffer) => bytes],
    ["compressed by gzip", "analyze.log.gz", gzipSync],
    ["compressed by zstd", "analyze.log.zst", zstdCompressSync],
    ["plain, with a name that only looks compressed", "analyze.gz.log", (bytes: Buffer) => bytes],
    ["plain, with a name that only looks compressed by bzip2", "analyze.bz2.log", (bytes: Buffer) => bytes],
  ])("%s", async (_, name, pack) => {
    await writeFile(join(folder, name), pack(Buffer.from(text)));
    const { lines, torn } = await read(join(folder, name));
    expect(lines).toEqual(numbered(3000).trimEnd().split("\n"));
    expect(torn).toBe("torn");
  });

  it("are read from an offset", async () => {
    await writeFile(path, numbered(10));
    expect(await read(path, 8 * 64)).toEqual({ lines: numbered(10).split("\n").slice(8, 10), torn: undefined });
  });

  it("are read in batches, so that a long file is never held completely", async () => {
    await writeFile(path, numbered(5000));
    const sizes: number[] = [];
    for await (const { lines } of readLines(path)) sizes.push(lines.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(kilobyte);
  });

  it.each(["bz2", "xz"])("of a .%s file are refused with what to do", async (extension) => {
    await expect(read(`${path}.${extension}`)).rejects.toThrow(
      "compressed in a format that Node cannot read; decompress it in the same folder",
    );
  });

  it("of a damaged file are read up to the damage, followed by the error", async () => {
    const packed = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, index) => `${index * 7919}\n`).join("")));
    await writeFile(`${path}.1.gz`, packed.subarray(0, -100));
    const lines: string[] = [];
    const reading = (async () => {
      for await (const batch of readLines(`${path}.1.gz`)) lines.push(...batch.lines);
    })();
    await expect(reading).rejects.toThrow("unexpected end of file");
    expect(lines.length).toBeGreaterThan(10_000);
  });

  it("of a missing file are the file system's error", async () => {
    await expect(read(join(folder, "none"))).rejects.toThrow("ENOENT");
  });
});

/** The result of `seekBack` if lines before this number are early, and the parts that it read. */
async function seek(first: number): Promise<{ offset: number; parts: string[][] }> {
  const parts: string[][] = [];
  const offset = await seekBack(path, (lines) => {
    parts.push(lines);
    return lines.every((line) => Number.parseInt(line, 10) < first);
  });
  return { offset, parts };
}

describe("looking for an earlier part of a file", () => {
  it.each([
    { first: 10_000, looks: 1, offset: 8976 * 64 },
    { first: 9000, looks: 2, offset: 7952 * 64 },
    { first: 6928, looks: 3, offset: 5904 * 64 },
    { first: 6927, looks: 4, offset: 1808 * 64 },
    { first: 1000, looks: 4, offset: 0 },
  ])("doubles the distance from the end, until all lines are before $first", async ({ first, looks, offset }) => {
    await writeFile(path, `.\n${numbered(10_000)}`);
    const { parts, ...found } = await seek(first);
    expect(found.offset).toBe(offset === 0 ? 0 : offset + 64 + 2);
    expect(parts).toHaveLength(looks);
    for (const line of parts.flat()) expect(line).toMatch(/^\d+\.+\|$/);
  });

  it("sees only complete lines, from the first of the part", async () => {
    await writeFile(path, `.\n${numbered(10_000)}`);
    const [part = []] = (await seek(0)).parts;
    expect(part).toEqual(numbered(10_000).split("\n").slice(8977, 10_000));
  });

  it("reads a short file in one part", async () => {
    await writeFile(path, numbered(kilobyte));
    expect(await seek(Infinity)).toEqual({ offset: 0, parts: [] });
    await writeFile(path, `.\n${numbered(kilobyte)}`);
    expect((await seek(Infinity)).parts).toHaveLength(1);
  });

  it("skips a part without a complete line", async () => {
    await writeFile(path, `${numbered(2000)}${"\0".repeat(65 * kilobyte)}`);
    const { offset, parts } = await seek(Infinity);
    expect(parts).toHaveLength(1);
    expect(offset % 64).toBe(0);
    expect(offset).toBeGreaterThan(0);
  });

  it("is the file system's error if there is no file", async () => {
    await expect(seekBack(join(folder, "none"), () => true)).rejects.toThrow("ENOENT");
  });
});

describe("the first line that starts in the last bytes of a file", () => {
  it.each([
    ["one\ntwo\nthree\n", 100, 0],
    ["one\ntwo\nthree\n", 14, 0],
    ["one\ntwo\nthree\n", 13, 4],
    ["one\ntwo\nthree\n", 10, 4],
    ["one\ntwo\nthree\n", 9, 8],
    ["one\ntwo\nthree\n", 6, 8],
    ["a line that is longer\n", 5, 0],
    ["", 5, 0],
  ])("of %j, %i bytes from its end, begins at %i", async (text, bytes, offset) => {
    await writeFile(path, text);
    const handle = await open(path);
    expect(await lineStartNearEnd(handle, bytes)).toBe(offset);
    await handle.close();
  });

  it("is found for any number of last bytes", async () => {
    await writeFile(path, numbered(10_000));
    const handle = await open(path);
    expect(await lineStartNearEnd(handle, 5000 * 64 + 1)).toBe(5000 * 64);
    await handle.close();
  });
});

describe("the last line with a text", () => {
  const start = "2026-11-21T06:21:00Z start";

  it.each([
    { what: "the last of two", text: `a ${start} 1\n.\nb ${start} 2\n.\n`, end: Infinity, line: `b ${start} 2` },
    { what: "the first line", text: `${start} 1\n.\n`, end: Infinity, line: `${start} 1` },
    { what: "the last line, without newline", text: `.\n${start} 1`, end: Infinity, line: `${start} 1` },
    { what: "none", text: ".\n.\n", end: Infinity, line: undefined },
    { what: "none before the end", text: `.\n${start} 1\n`, end: 2, line: undefined },
    { what: "none in nothing", text: `${start} 1\n`, end: 0, line: undefined },
    { what: "the last before the end", text: `${start} 1\n.\n${start} 2\n`, end: 31, line: `${start} 1` },
    { what: "one in UTF-8", text: `${start} "é€"\n`, end: Infinity, line: `${start} "é€"` },
  ])("is $what", async ({ text, end, line }) => {
    await writeFile(path, text);
    expect(await lastLineWith(path, "Z start", Math.min(end, Buffer.byteLength(text)))).toBe(line);
  });

  it("is found far from the end, and completely, at any border between the search's parts", async () => {
    // The search goes back by 512 KiB: the line is before, across and after that position.
    const line = `${start} version=1`;
    for (const shift of [0, 1, 2, 8, 20, 21, 26, line.length - 1, line.length, line.length + 1, line.length + 2]) {
      const after = ".\n".repeat(256 * kilobyte).slice(shift);
      const text = `${".\n".repeat(400 * kilobyte)}${line}\n${after}`;
      await writeFile(path, text);
      expect(await lastLineWith(path, "Z start ", text.length)).toBe(line);
    }
  });

  it("is the last of two that are far apart, and none that starts at the end or later", async () => {
    const before = `${start} 1\n${".\n".repeat(300 * kilobyte)}`;
    await writeFile(path, `${before}${start} 2\n.\n${start} 3\n`);
    expect(await lastLineWith(path, "Z start ", before.length)).toBe(`${start} 1`);
    expect(await lastLineWith(path, "Z start ", before.length + start.length + 3)).toBe(`${start} 2`);
  });

  it("is found at the start of a file of several parts", async () => {
    const text = `.\n${start} 1\n${".\n".repeat(900 * kilobyte)}`;
    await writeFile(path, text);
    expect(await lastLineWith(path, "Z start ", text.length)).toBe(`${start} 1`);
    expect(await lastLineWith(path, "Z stop ", text.length)).toBeUndefined();
  });

  it("is the file system's error if there is no file", async () => {
    await expect(lastLineWith(join(folder, "none"), "x", 1)).rejects.toThrow("ENOENT");
  });
});
