import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { cloneTo } from "../pipeline/checkout.ts";
import { entryOf } from "../release-notes/notes.ts";
import { changesOf } from "./changes.ts";
import { writeRelease } from "./files.ts";
import { requireReady } from "./ready.ts";

it("the changesets of this checkout can be released", async () => {
  await expect(changesOf(process.cwd())).resolves.toMatchObject({ sections: expect.any(Array) });
});

describe("npm run release, in a clone", () => {
  const own = mkdtempSync(join(tmpdir(), "release-"));
  const folder = join(own, "checkout");
  // There is none: a person's settings of git change nothing.
  const gitconfig = join(own, "gitconfig");
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  // What a person may have in .npmrc.
  const settings = {
    npm_config_ignore_scripts: "true",
    npm_config_tag_version_prefix: "x",
    npm_config_git_tag_version: "false",
  };
  const env = { ...process.env, GIT_CONFIG_GLOBAL: gitconfig, ...settings };
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8", env }).trim();
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["deploy/release/main.ts", ...args], { cwd: folder, encoding: "utf8", env });
  let expected: string;

  beforeAll(async () => {
    await cloneTo(folder, process.cwd());
    git("config", "user.name", "a");
    git("config", "user.email", "a@example.test");
    git("config", "user.useConfigOnly", "true");
    const [major, minor] = JSON.parse(read("package.json")).version.split(".");
    expected = `${major}.${Number(minor) + 1}.0`;
  }, 120_000);

  it("stops where nothing has changed since the last release", () => {
    const { status, stderr } = run("release");
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^Nothing has changed/) });
    expect(git("status", "--porcelain")).toBe("");
  });

  it.each<[what: string, prepare: string[], undo: string[], why: RegExp]>([
    ["with a detached HEAD", ["switch", "--quiet", "--detach"], ["switch", "--quiet", "-"], /^HEAD is detached/],
    [
      "with changes that are not committed",
      ["rm", "--quiet", "LICENSE"],
      ["reset", "--quiet", "--hard"],
      /^Commit these files first.*\nD {2}LICENSE/,
    ],
    ["whose version has a tag", ["tag", "v9.9.9"], ["tag", "--delete", "v9.9.9"], /^The tag v9\.9\.9 exists/],
    [
      "of a person whom git does not know",
      ["config", "--unset", "user.email"],
      ["config", "user.email", "a@example.test"],
      /^git does not know who you are/,
    ],
  ])("a checkout %s is refused, unchanged", async (_, prepare, undo, why) => {
    git(...prepare);
    vi.stubEnv("GIT_CONFIG_GLOBAL", gitconfig);
    for (const name of ["GIT_COMMITTER_EMAIL", "EMAIL"]) vi.stubEnv(name, undefined);
    await expect(requireReady(folder, "9.9.9")).rejects.toThrow(why);
    git(...undo);
    await expect(requireReady(folder, "9.9.9")).resolves.toBeUndefined();
    vi.unstubAllEnvs();
  });

  it("a folder that is no checkout is refused", async () => {
    await expect(requireReady(mkdtempSync(join(tmpdir(), "no-git-")), "0.2.0")).rejects.toThrow(/use a clone/);
  });

  it("raises the version by the largest change, in every file that repeats it, with one entry, one commit and its tag", () => {
    for (const args of [
      ["patch", "Fixed", "web: `a`"],
      ["minor", "Added", "web: b"],
    ])
      expect(run("add", ...args)).toMatchObject({ status: 0, stderr: "" });
    git("add", "--all", ".changeset");
    git("commit", "--quiet", "--message", "changes");
    const { status, stderr } = run("release");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });

    const chart = parse(read("ingress/Chart.yaml"));
    const lock = JSON.parse(read("package-lock.json"));
    const image = /^ARG VERSION=(.*)$/m.exec(read("Dockerfile"))?.[1];
    const versions = [JSON.parse(read("package.json")).version, lock.version, lock.packages[""].version];
    expect([...versions, chart.version, chart.appVersion, image]).toEqual(Array.from({ length: 6 }, () => expected));
    expect(entryOf(read("CHANGELOG.md"), expected)).toBe("### Added\n\n- web: b\n\n### Fixed\n\n- web: `a`");
    expect(readdirSync(join(folder, ".changeset"))).toEqual(["config.json"]);
    expect([git("status", "--porcelain"), git("describe", "--exact-match")]).toEqual(["", `v${expected}`]);
  }, 60_000);

  it.each([[], ["patch", "Fixed"], ["small", "Fixed", "x"], ["patch", "New", "x"], ["patch", "Fixed", " "]])(
    "npm run changeset %j writes nothing, and says how to use it",
    (...args) => {
      const { status, stderr } = run("add", ...args);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^usage: npm run changeset/) });
      expect(git("status", "--porcelain")).toBe("");
    },
  );
});

describe("a checkout whose release cannot be written", () => {
  const good = '---\n"x": minor\n---\n\n### Added\n\n- a\n';

  it.each([
    [
      "another package",
      '---\n"y": minor\n---\n\n### Added\n\n- a\n',
      /^\.changeset\/one\.md must begin with "x": patch/,
    ],
    ["no bump", '---\n"x": none\n---\n\n### Added\n\n- a\n', /one\.md must begin with "x"/],
    ["an unknown bump", '---\n"x": large\n---\n\n### Added\n\n- a\n', /one\.md|cannot be read/],
    ["no front matter", "### Added\n\n- a\n", /cannot be read/],
    ["no heading", '---\n"x": minor\n---\n\n- a\n', /^\.changeset\/one\.md has a change without a heading/],
  ])("a changeset with %s is named", async (_, text, why) => {
    await expect(changesOf(checkout({ "one.md": text }))).rejects.toThrow(why);
  });

  it.each<[what: string, version: string, files: Record<string, string>, why: RegExp]>([
    ["a file has no place for the version", "0.2.0", { Dockerfile: "FROM x\n" }, /no place in: Dockerfile/],
    ["the version has an entry", "0.1.0", {}, /has an entry for 0\.1\.0/],
  ])("nothing is written where %s", async (_, version, files, why) => {
    const root = checkout({ "one.md": good }, files);
    const changes = await changesOf(root);
    expect(changes.next).toBe("0.2.0");
    expect(() => writeRelease(root, version, "2026-12-01", changes)).toThrow(why);
    expect(readdirSync(join(root, ".changeset")).sort()).toEqual(["config.json", "one.md"]);
    expect(readFileSync(join(root, "ingress/Chart.yaml"), "utf8")).toContain("version: 0.1.0");
  });
});

/** A checkout with a released 0.1.0 and these changesets. */
function checkout(changesets: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "changes-"));
  for (const name of [".changeset", "ingress"]) mkdirSync(join(root, name));
  const given = {
    "package.json": '{ "name": "x", "version": "0.1.0" }',
    "CHANGELOG.md": "# Changelog\n\n## [0.1.0] - 2026-11-21\n\n- first\n",
    ".changeset/config.json": "{}",
    Dockerfile: "ARG VERSION=0.1.0\n",
    "ingress/Chart.yaml": 'version: 0.1.0\nappVersion: "0.1.0"\n',
    ...files,
  };
  for (const [name, text] of Object.entries(given)) writeFileSync(join(root, name), text);
  for (const [name, text] of Object.entries(changesets)) writeFileSync(join(root, ".changeset", name), text);
  return root;
}
