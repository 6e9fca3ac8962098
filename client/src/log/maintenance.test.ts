import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { announce, DamagedAnnouncement, maintenanceAt, withdraw } from "./maintenance.ts";

const since = Date.UTC(2026, 10, 21, 6, 0);
const until = since + 3_600_000;
let folder = "";
let log = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-maintenance-"));
  log = join(folder, "analyze.log");
});
afterEach(() => rm(folder, { recursive: true }));

describe("announced maintenance", () => {
  it.each([
    ["before it", since - 1, false],
    ["at its beginning", since, true],
    ["just before its end", until - 1, true],
    ["at its end", until, false],
  ])("%s", async (_, instant, holds) => {
    const maintenance = { since, until, why: "new disks" };
    await announce(log, maintenance);
    expect(await maintenanceAt(log, instant)).toEqual(holds ? maintenance : undefined);
  });

  it("without an end lasts until it is ended", async () => {
    await announce(log, { since, why: "new disks" });
    expect(await maintenanceAt(log, Number.MAX_SAFE_INTEGER)).toEqual({ since, why: "new disks" });
    await withdraw(log);
    expect(await maintenanceAt(log, since)).toBeUndefined();
    await withdraw(log);
  });

  it("replaces an earlier one, and leaves no other file", async () => {
    await announce(log, { since, why: "a" });
    await announce(log, { since, until, why: "b" });
    expect(await maintenanceAt(log, since)).toMatchObject({ why: "b" });
    expect(await readdir(folder)).toEqual(["analyze.log.maintenance"]);
  });

  it("is readable for the client's user, also after an interrupted announcement, and ends with a newline", async () => {
    await writeFile(`${log}.maintenance.new`, "{", { mode: 0o600 });
    await announce(log, { since, why: "a" });
    expect((await stat(`${log}.maintenance`)).mode & 0o777).toBe(0o644);
    expect(await readFile(`${log}.maintenance`, "utf8")).toMatch(/^\{.*\}\n$/);
  });

  it("is undefined without an announcement, or without the log's folder", async () => {
    expect(await maintenanceAt(log, since)).toBeUndefined();
    await writeFile(log, "");
    expect(await maintenanceAt(join(log, "analyze.log"), since)).toBeUndefined();
  });

  it("that is unreadable is the file system's error", async () => {
    await mkdir(`${log}.maintenance`);
    await expect(maintenanceAt(log, since)).rejects.toThrow("EISDIR");
  });

  it.each([
    "",
    "{",
    "null",
    "7",
    "[]",
    '"since why"',
    '{"why":"a"}',
    '{"since":1}',
    '{"since":"1","why":"a"}',
    '{"since":1,"why":2}',
    '{"since":1,"why":"a","until":"2"}',
    '{"since":1,"why":"a","until":null}',
  ])("of %j is damaged", async (text) => {
    await writeFile(`${log}.maintenance`, text);
    const reading = maintenanceAt(log, since);
    await expect(reading).rejects.toBeInstanceOf(DamagedAnnouncement);
    await expect(reading).rejects.toThrow(`${log}.maintenance is damaged: it contains no announcement`);
  });
});
