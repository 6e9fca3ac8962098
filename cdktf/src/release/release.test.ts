import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { list } from "tar";
import { expect, it } from "vitest";
import { release } from "../../test/support/fixture.ts";

it("gives the same parts the same bytes, and is named after them", async () => {
  const [one, other] = [await release("a", { B: "2", A: "1" }), await release("a", { A: "1", B: "2" })];
  expect(one.file).not.toBe(other.file);
  expect(readFileSync(one.file)).toEqual(readFileSync(other.file));
  expect(createHash("sha256").update(readFileSync(one.file)).digest("hex")).toBe(one.sha256);
});

it("is another release when the code or a setting is another", async () => {
  const shas = await Promise.all([release("a"), release("b"), release("a", { ANALYZE_SCHEDULE: "*/5 * * * *" })]);
  expect(new Set(shas.map(({ sha256 }) => sha256)).size).toBe(3);
});

it("holds plain files of nobody, at no time", async () => {
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
