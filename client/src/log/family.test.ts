import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belongsTo, findLogFiles, isPacked, notRegular } from "./family.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "family-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a file that was last written `age` seconds before a fixed instant. */
function write(name: string, age = 0): void {
  writeFileSync(join(folder, name), name);
  utimesSync(join(folder, name), 1_795_000_000 - age, 1_795_000_000 - age);
}

async function found(name: string): Promise<string[]> {
  return (await findLogFiles(join(folder, name))).map(({ path }) => basename(path));
}

describe("a file belongs to analyze.log", () => {
  it.each([
    "analyze.log.1",
    "analyze.log-20261121",
    "analyze.log_2",
    "analyze.log.2026-11-21T06:21:00Z",
    "analyze.log.1.gz",
    "analyze.log.gz",
    "analyze.log.1.zst",
    "analyze.log-20261121.xz",
    "analyze.log.2.bz2",
    "analyze-20261121.log",
    "analyze.1.log.gz",
  ])("as %s", async (name) => {
    write(name);
    expect(await found("analyze.log")).toEqual([name]);
  });
});

describe("a file does not belong to analyze.log", () => {
  it.each([
    "analyze.log.maintenance",
    "analyze.log.old",
    "analyze.log1",
    "analyze.log.1.tmp",
    "analyze.log.",
    "analyze.log.1.gz.gz.part",
    "xanalyze.log.1",
    "my-analyze-20261121.log",
    "analyze-20261121.log.txt",
    "analyze-20261121.txt",
    "analyze-old.log",
    "analyze20261121.log",
    "other.log.1",
    "analyze.logs-20261121",
  ])("as %s", async (name) => {
    write(name);
    expect(await found("analyze.log")).toEqual([]);
  });

  it("as a folder with such a name", async () => {
    mkdirSync(join(folder, "analyze.log.1"));
    write("analyze.log");
    expect(await found("analyze.log")).toEqual(["analyze.log"]);
  });
});

it("a name without extension has rotated files only with suffixes", async () => {
  for (const name of ["analyze", "analyze.1", "analyze-20261121", "20261121"]) write(name);
  expect((await found("analyze")).toSorted()).toEqual(["analyze", "analyze-20261121", "analyze.1"]);
});

it("files are in the order of their last write, independent of names, with the live file last", async () => {
  write("analyze.log", 500);
  write("analyze.log.1", 100);
  write("analyze.log.2", 300);
  write("analyze.log.3", 200);
  expect(await found("analyze.log")).toEqual(["analyze.log.2", "analyze.log.3", "analyze.log.1", "analyze.log"]);
});

it("files of the same second are in the order of their names", async () => {
  for (const name of ["analyze.log-20261122", "analyze.log-20261121", "analyze.log-20261123"]) write(name);
  expect(await found("analyze.log")).toEqual([21, 22, 23].map((day) => `analyze.log-202611${day}`));
});

it("a compressed file next to its plain one is omitted; others are not", async () => {
  for (const [name, age] of [
    ["analyze.log.1", 1],
    ["analyze.log.1.gz", 1],
    ["analyze.log.2.gz", 2],
  ] as const)
    write(name, age);
  expect(await found("analyze.log")).toEqual(["analyze.log.2.gz", "analyze.log.1"]);
});

it("each file has path, inode, last write and whether it is the live one", async () => {
  write("analyze.log.1", 60);
  write("analyze.log");
  const inode = (name: string): number => statSync(join(folder, name)).ino;
  expect(await findLogFiles(join(folder, "analyze.log"))).toEqual([
    { path: join(folder, "analyze.log.1"), inode: inode("analyze.log.1"), modified: 1_794_999_940_000, live: false },
    { path: join(folder, "analyze.log"), inode: inode("analyze.log"), modified: 1_795_000_000_000, live: true },
  ]);
});

it("an empty folder has none, and a missing folder is an error", async () => {
  expect(await found("analyze.log")).toEqual([]);
  await expect(findLogFiles(join(folder, "none", "analyze.log"))).rejects.toThrow("ENOENT");
});

it.each([
  ["analyze.log", false],
  ["analyze.log.gz", true],
  ["analyze.log.zst", true],
  ["analyze.log.bz2", true],
  ["analyze.log.xz", true],
  ["analyze.gz.log", false],
  ["analyzegz", false],
])("%s is compressed: %s", (name, packed) => {
  expect(isPacked(name)).toBe(packed);
});

describe("a path that is not a regular file", () => {
  it("is undefined for a regular file, and for a missing one", async () => {
    write("analyze.log");
    expect(await notRegular(join(folder, "analyze.log"))).toBeUndefined();
    expect(await notRegular(join(folder, "none"))).toBeUndefined();
  });

  it("is a folder, a FIFO, a socket or a device", async () => {
    const [fifo, socket] = [join(folder, "fifo"), join(folder, "socket")];
    execFileSync("sh", ["-c", 'mkfifo "$0"', fifo]);
    const server = createServer().listen(socket);
    await once(server, "listening");
    const kinds = await Promise.all([folder, fifo, socket, "/dev/null"].map(notRegular));
    server.close();
    expect(kinds).toEqual(["a folder", "a FIFO", "a socket", "a device"]);
  });
});

it.each([
  ["/var/log/analyze.log", true],
  ["/var/log/../log/analyze.log", true],
  ["/var/log/analyze.log.1.gz", true],
  ["/var/log/analyze.log.gz", true],
  ["/var/log/analyze-20261121.log", true],
  ["/var/log/analyze.log.maintenance", true],
  ["/var/log/analyze.log.maintenance.new", true],
  ["/var/log/analyze.html", false],
  ["/var/log/other.log.maintenance", false],
  ["/var/log/analyze.log.d/analyze.log", false],
  ["/tmp/analyze.log", false],
])("%s belongs to /var/log/analyze.log: %s", (path, belongs) => {
  expect(belongsTo("/var/log/analyze.log", path)).toBe(belongs);
});
