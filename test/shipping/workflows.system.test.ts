import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";

function output(program: string, args: string[], cwd = process.cwd()): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

const zizmor = ["--offline", "--no-progress", "--quiet", "--persona=regular"];

/** A copy of the workflows with one change. */
function spoilt(name: string, from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), "workflows-"));
  mkdirSync(join(folder, ".git"));
  cpSync(".github", join(folder, ".github"), { recursive: true });
  const file = join(folder, ".github/workflows", name);
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return folder;
}

describeWith(["actionlint", "zizmor"], "the workflows", () => {
  it("pass actionlint", () => {
    expect(output("actionlint", ["-no-color", "-shellcheck="])).toBe("");
  });

  it("pass zizmor", () => {
    expect(output("zizmor", [...zizmor, ".github"])).toBe("");
  });

  it.each([
    ["actionlint", "a job that needs one which does not exist", "ci.yml", "needs: check", "needs: chek", /chek/],
    [
      "zizmor",
      "an expression of an event in a command",
      "ci.yml",
      "run: npm test",
      "run: echo ${{ github.event.pull_request.title }}",
      /template-injection/,
    ],
    [
      "zizmor",
      "a trigger that runs a stranger's code with secrets",
      "ci.yml",
      "pull_request:",
      "pull_request_target:",
      /dangerous-triggers/,
    ],
    [
      "zizmor",
      "an action that is not pinned",
      "release.yml",
      "@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0",
      "@v7",
      /unpinned-uses/,
    ],
  ])("%s finds %s", (program, _, name, from, to, finding) => {
    const folder = spoilt(name, from, to);
    const args = program === "zizmor" ? [...zizmor, ".github"] : ["-no-color", "-shellcheck="];
    expect(output(program, args, folder)).toMatch(finding);
  });
});
