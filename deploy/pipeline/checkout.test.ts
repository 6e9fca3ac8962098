import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { entryOf } from "../release-notes/notes.ts";
import { cloneTo } from "./checkout.ts";

it("a folder without git is refused with what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "no-git-"));
  await expect(cloneTo(join(folder, "checkout"), folder)).rejects.toThrow(/use a clone of the repository/);
});

it("a clone is at a commit that releases the version, with a clean tree and the checkout's packages", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "clone-")), "checkout");
  const { commit, version } = await cloneTo(folder, process.cwd());
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  expect(
    execFileSync("git", ["-C", folder, "status", "--porcelain", "--untracked-files=no"], { encoding: "utf8" }),
  ).toBe("");
  expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version).toBe(version);
  expect(entryOf(readFileSync(join(folder, "CHANGELOG.md"), "utf8"), version).length).toBeGreaterThan(0);
  expect(realpathSync(join(folder, "node_modules/zod"))).toBe(realpathSync("node_modules/zod"));
  expect(realpathSync(join(folder, "node_modules/@analyze/common"))).toBe(realpathSync(join(folder, "common")));
});
