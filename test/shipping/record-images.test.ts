import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";

const author = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };

/** A clone of a repository with one commit on the branch `feature`, and a `gh` that writes down how it was called. */
function checkout(openRequests: string) {
  const folder = mkdtempSync(join(tmpdir(), "record-"));
  const work = join(folder, "work");
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: work, encoding: "utf8", env: { ...process.env, ...author } }).trim();
  execFileSync("git", ["init", "--quiet", "--bare", join(folder, "origin.git")]);
  execFileSync("git", ["clone", "--quiet", join(folder, "origin.git"), work], { stdio: "ignore" });
  mkdirSync(join(work, ".ci"));
  cpSync(".ci/record-images", join(work, ".ci/record-images"));
  writeFileSync(join(work, ".gitignore"), "dist\n");
  git("checkout", "--quiet", "-b", "feature");
  git("add", "--all");
  git("commit", "--quiet", "--message", "web: answer faster");
  git("push", "--quiet", "origin", "feature");
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "gh"),
    `#!/bin/sh\necho "$*" >>${join(folder, "calls")}\n[ "$2" != list ] || echo ${openRequests}\n`,
    { mode: 0o755 },
  );
  const sha = git("rev-parse", "HEAD");
  mkdirSync(join(work, "dist"));
  const record = (digest: string) => {
    writeFileSync(join(work, "dist/images.json"), JSON.stringify({ images: { web: `r/web@sha256:${digest}` } }));
    const PATH = `${bin}${delimiter}${process.env["PATH"]}`;
    const env = { ...process.env, PATH, GITHUB_SHA: sha, GITHUB_REF_NAME: "feature" };
    return spawnSync(join(work, ".ci/record-images"), { encoding: "utf8", env });
  };
  const calls = (): string => readFileSync(join(folder, "calls"), "utf8");
  return { record, calls, origin: (...args: string[]) => git("-C", join(folder, "origin.git"), ...args) };
}

describe.skipIf(process.platform === "win32")(".ci/record-images", () => {
  it("commits the digests of stage dev to the branch and opens one pull request", () => {
    const { record, calls, origin } = checkout("0");
    expect(record("1")).toMatchObject({ status: 0, stderr: "" });
    expect(origin("show", "feature:deploy/stages/dev.json")).toContain("sha256:1");
    expect(origin("log", "-1", "--format=%an %s", "feature")).toMatch(
      /^github-actions\[bot\] deploy: dev runs the images/,
    );
    expect(calls()).toContain("pr create --head feature --base main --title web: answer faster");
  });

  it("opens none where one is open, and commits nothing where the digests are the same", () => {
    const { record, calls, origin } = checkout("1");
    expect(record("1")).toMatchObject({ status: 0 });
    expect(record("1")).toMatchObject({ status: 0, stdout: "stage dev runs these images already\n" });
    expect(origin("rev-list", "--count", "feature")).toBe("2");
    expect(calls()).not.toContain("create");
  });
});
