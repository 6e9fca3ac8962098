import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
