import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { list } from "tar";
import { expect, it } from "vitest";
import { release } from "../../test/support/fixture.ts";

it("has the same bytes and name for the same parts", async () => {
  const [one, other] = [await release("a", { B: "2", A: "1" }), await release("a", { A: "1", B: "2" })];
  expect(one.file).not.toBe(other.file);
  expect(readFileSync(one.file)).toEqual(readFileSync(other.file));
  expect(createHash("sha256").update(readFileSync(one.file)).digest("hex")).toBe(one.sha256);
});

it("differs if the code or a setting differs", async () => {
  const shas = await Promise.all([release("a"), release("b"), release("a", { ANALYZE_SCHEDULE: "*/5 * * * *" })]);
  expect(new Set(shas.map(({ sha256 }) => sha256)).size).toBe(3);
});

it("has plain files without owners and times", async () => {
  const { file } = await release();
  const names: string[] = [];
  await list({
    file,
    onReadEntry: (entry) => {
      names.push(entry.path);
      expect([entry.type, entry.mtime, entry.uid, entry.mode]).toEqual(["File", undefined, undefined, 0o644]);
    },
  });
  expect(names).toEqual(["analyze-client.service", "analyze.logrotate", "analyze.tmpfiles", "client.env", "main.mjs"]);
});
