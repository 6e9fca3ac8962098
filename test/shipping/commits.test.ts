import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";

const author = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };

/** A clone of a repository with one commit on the branch `feature`, and a `gh` that records its calls. */
function checkout(openRequests: string) {
  const folder = mkdtempSync(join(tmpdir(), "record-"));
  const work = join(folder, "work");
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: work, encoding: "utf8", env: { ...process.env, ...author } }).trim();
  execFileSync("git", ["init", "--quiet", "--bare", join(folder, "origin.git")]);
  execFileSync("git", ["clone", "--quiet", join(folder, "origin.git"), work], { stdio: "ignore" });
  mkdirSync(join(work, ".ci"));
  for (const name of ["github.sh", "record-images", "propose-report"])
    cpSync(join(".ci", name), join(work, ".ci", name));
  mkdirSync(join(work, "docs"));
  writeFileSync(join(work, "docs/security-report.md"), "Made on 2026-01-01\nnothing found\n");
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
  const run = (script: string, file: string, text: string) => {
    writeFileSync(join(work, "dist", file), text);
    const PATH = `${bin}${delimiter}${process.env["PATH"]}`;
    const env = { ...process.env, PATH, GITHUB_SHA: sha, GITHUB_REF_NAME: "feature" };
    return spawnSync(join(work, ".ci", script), { encoding: "utf8", env });
  };
  const record = (digest: string) =>
    run("record-images", "images.json", JSON.stringify({ images: { web: `r/web@sha256:${digest}` } }));
  const report = (text: string) => run("propose-report", "security-report.md", text);
  /** As a runner of the next night: a checkout of only the old commit. */
  const reset = (): void => {
    git("reset", "--quiet", "--hard", sha);
    git("update-ref", "-d", "refs/remotes/origin/security-report");
  };
  const calls = (): string => readFileSync(join(folder, "calls"), "utf8");
  return {
    record,
    report,
    reset,
    calls,
    origin: (...args: string[]) => git("-C", join(folder, "origin.git"), ...args),
  };
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

  it("overwrites nothing that was pushed to the branch meanwhile", () => {
    const { record, reset, origin } = checkout("1");
    expect(record("1")).toMatchObject({ status: 0 });
    reset();
    expect(record("2")).toMatchObject({ status: 1, stderr: expect.stringContaining("rejected") });
    expect(origin("show", "feature:deploy/stages/dev.json")).toContain("sha256:1");
  });

  it("opens none if one is open, and commits nothing if the digests are the same", () => {
    const { record, calls, origin } = checkout("1");
    expect(record("1")).toMatchObject({ status: 0 });
    expect(record("1")).toMatchObject({ status: 0, stdout: "stage dev runs these images already\n" });
    expect(origin("rev-list", "--count", "feature")).toBe("2");
    expect(calls()).not.toContain("create");
  });
});

describe.skipIf(process.platform === "win32")("the scripts of the workflows, by hand", () => {
  it.each([
    ["publish-release", { GITHUB_REF_NAME: "" }, "GITHUB_REF_NAME is not set: a workflow of GitHub sets it\n"],
    [
      "record-images",
      { GITHUB_REF_NAME: "main", GITHUB_SHA: "" },
      "GITHUB_SHA is not set: a workflow of GitHub sets it\n",
    ],
  ])("%s says what is missing", (script, env, stderr) => {
    const bin = mkdtempSync(join(tmpdir(), "bin-"));
    writeFileSync(join(bin, "gh"), "#!/bin/sh\n", { mode: 0o755 });
    const path = { PATH: `${bin}${delimiter}${process.env["PATH"]}` };
    const done = spawnSync(join(".ci", script), { encoding: "utf8", env: { ...process.env, ...path, ...env } });
    expect(done).toMatchObject({ status: 1, stderr });
  });
});

describe.skipIf(process.platform === "win32")(".ci/propose-report", () => {
  it("proposes a changed report on a separate branch, also the next night", () => {
    const { report, reset, calls, origin } = checkout("0");
    expect(report("Made on 2026-01-02\none critical\n")).toMatchObject({ status: 0, stderr: "" });
    expect(origin("show", "security-report:docs/security-report.md")).toContain("one critical");
    expect(calls()).toContain("pr create --head security-report --base main");
    reset();
    expect(report("Made on 2026-01-03\ntwo criticals\n")).toMatchObject({ status: 0 });
    expect(origin("show", "security-report:docs/security-report.md")).toContain("two criticals");
  });

  it("proposes none if only the date differs", () => {
    const { report, origin } = checkout("0");
    expect(report("Made on 2026-01-02\nnothing found\n")).toMatchObject({ status: 0 });
    expect(origin("branch", "--list", "security-report")).toBe("");
  });
});
