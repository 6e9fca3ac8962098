import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ReadError } from "../../read/read-error.ts";
import { pageMark, writePage } from "./write-page.ts";

const page = `<!doctype html>${pageMark}<p>new</p>`;
let folder = "";
let log = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-page-"));
  log = join(folder, "analyze.log");
  await writeFile(log, "a log\n");
});
afterEach(() => rm(folder, { recursive: true }));

describe("a page is written", () => {
  it.each([
    ["to a new file", undefined],
    ["to an empty one", ""],
    ["over an earlier and longer page", `<!doctype html>${pageMark}<p>${"old".repeat(2000)}</p>`],
  ])("%s", async (_, before) => {
    const file = join(folder, "page.html");
    if (before !== undefined) await writeFile(file, before);
    await writePage(file, page, [log]);
    expect(await readFile(file, "utf8")).toBe(page);
  });

  it("beside a log that does not exist", async () => {
    const file = join(folder, "page.html");
    await writePage(file, page, [join(folder, "none", "analyze.log")]);
    expect(await readFile(file, "utf8")).toBe(page);
  });
});

describe("a page does not replace", () => {
  const places: [what: string, name: string, why: string][] = [
    ["the log", "analyze.log", "belongs to the log"],
    ["a future rotated file", "analyze.log.7", "belongs to the log"],
    ["a link to the log", "link.html", "belongs to the log"],
    ["another name of the log's file", "same.html", "belongs to the log"],
    ["another file", "ca.key", "exists, and is not a page of analyze report"],
    ["a file with the mark far from its start", "late.html", "exists, and is not a page of analyze report"],
    ["a folder", "folder", "is not a regular file"],
  ];

  it.each(places)("%s", async (_, name, why) => {
    await symlink(log, join(folder, "link.html"));
    await link(log, join(folder, "same.html"));
    await mkdir(join(folder, "folder"));
    await writeFile(join(folder, "ca.key"), "a key\n");
    await writeFile(join(folder, "late.html"), "x".repeat(1024) + pageMark);
    const before = await readFile(join(folder, name), "utf8").catch(() => undefined);
    const writing = writePage(join(folder, name), page, [join(folder, "other.log"), log]);
    await expect(writing).rejects.toBeInstanceOf(ReadError);
    await expect(writing).rejects.toThrow(`The page is not written: ${join(folder, name)} ${why}`);
    await expect(writing).rejects.toThrow("Give --html the name of a new file");
    expect(await readFile(join(folder, name), "utf8").catch(() => undefined)).toBe(before);
  });

  it("anything if its folder does not exist, and the reason is named", async () => {
    const writing = writePage(join(folder, "none", "page.html"), page, [log]);
    await expect(writing).rejects.toBeInstanceOf(ReadError);
    await expect(writing).rejects.toThrow(/^The page cannot be written: ENOENT/);
    expect(await readdir(folder)).toEqual(["analyze.log"]);
  });
});
