import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { backupName, removeOld } from "./folder.ts";

it("a backup's name has its time in UTC, so that names sort by age", () => {
  expect(backupName(new Date("2026-11-26T02:30:05.123Z"))).toBe("documents-20261126T023005Z.gz");
});

it("the newest backups and all other files are kept, but no unfinished backup from before the newest", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backups-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const days = ["20261231", "20270101", "20261130", "20270102"];
  const others = ["documents.gz", "documents-20270103T000000Z.gz.part", "lost+found"];
  for (const name of [...days.map((day) => `documents-${day}T023000Z.gz`), ...others])
    writeFileSync(join(folder, name), "");
  writeFileSync(join(folder, "documents-20261101T000000Z.gz.part"), "");
  expect(await removeOld(folder, 4)).toEqual(["documents-20261101T000000Z.gz.part"]);
  expect(await removeOld(folder, 2)).toEqual(["documents-20261130T023000Z.gz", "documents-20261231T023000Z.gz"]);
  const kept = ["documents-20270101T023000Z.gz", "documents-20270102T023000Z.gz"];
  expect(readdirSync(folder).toSorted()).toEqual([...kept, ...others].toSorted());
});
