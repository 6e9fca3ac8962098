import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeArchive } from "./archive.ts";
import { checkBackup } from "./documents.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "backup-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function line(n: number): string {
  const createdAt = { $date: { $numberLong: String(1_800_000_000_000 + n) } };
  const document = { n: { $numberInt: String(n) }, text: `text of ${n * 7919}` };
  return JSON.stringify({ _id: `document-${n}`, owner: null, createdAt, fingerprint: "f".repeat(43), document });
}

async function backup(name: string, lines: string[]): Promise<string> {
  const file = join(folder, name);
  await writeArchive(
    file,
    (async function* () {
      yield* lines;
    })(),
  );
  return file;
}

it("a backup is refused whichever of its bytes has changed, also one that ends a document's line", async () => {
  const bytes = readFileSync(
    await backup(
      "whole.gz",
      Array.from({ length: 200 }, (_, n) => line(n)),
    ),
  );
  const changed = join(folder, "changed.gz");
  const missed: number[] = [];
  for (let at = 0; at < bytes.length; at += 5) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(changed, flipped);
    const outcome = await checkBackup(changed).then(
      () => "accepted",
      (error: unknown) => error,
    );
    if (!(outcome instanceof UserError)) missed.push(at);
  }
  expect(missed).toEqual([]);
});

it("a whole backup passes, and one with a line that is no stored document is refused", async () => {
  await checkBackup(await backup("good.gz", [line(1), line(2)]));
  for (const wrong of ["no JSON", '{"_id":"a"}', "[]"]) {
    const file = await backup(`wrong-${wrong.length}.gz`, [line(1), wrong, line(2)]);
    await expect(checkBackup(file)).rejects.toThrow(
      /has a line that is no stored document: nothing of it was restored/,
    );
  }
});

it("a file that exists is refused before anything is read; other failures name the file, or are those of the source", async () => {
  const file = await backup("there.gz", [line(1)]);
  let isRead = false;
  async function* lines(): AsyncGenerator<string, void> {
    isRead = true;
    yield line(2);
    throw new Error("the source ended");
  }
  await expect(writeArchive(file, lines())).rejects.toThrow(/there\.gz exists already: choose another file/);
  expect(isRead).toBe(false);
  await expect(writeArchive(join(folder, "broken.gz"), lines())).rejects.toThrow(/^the source ended$/);
  await expect(writeArchive(join(folder, "no", "x.gz"), lines())).rejects.toThrow(
    /x\.gz cannot be written \(ENOENT\): name a file in a folder/,
  );
  expect(readdirSync(folder).filter((name) => name.startsWith("broken") || name.endsWith(".part"))).toEqual([]);
});

it.each([
  ["none.gz", "ENOENT"],
  [".", "EISDIR"],
])("a backup that is no file says so: %s", async (name, code) => {
  await expect(checkBackup(join(folder, name))).rejects.toThrow(`cannot be read (${code}): name the file of a backup`);
});

it("a full disk is named as the fault of the file, and leaves nothing", () => {
  const file = join(folder, "large.gz");
  // A limit of the file's size ends a write as a full disk does.
  const archive = new URL("archive.ts", import.meta.url).href;
  const program = `
    import { randomBytes } from "node:crypto";
    import { writeArchive } from ${JSON.stringify(archive)};
    async function* lines() { for (let n = 0; n < 2000; n += 1) yield randomBytes(1_000).toString("hex"); }
    await writeArchive(${JSON.stringify(file)}, lines()).catch((error) => console.log(error.name, error.message));`;
  const { stdout } = spawnSync(
    "sh",
    ["-c", 'ulimit -f 64; exec "$@"', "sh", process.execPath, "--input-type=module", "-e", program],
    { encoding: "utf8" },
  );
  expect(stdout).toMatch(/^UserError .*large\.gz cannot be written \(EFBIG\): .*\n$/);
  expect(readdirSync(folder).filter((name) => name.startsWith("large"))).toEqual([]);
});
