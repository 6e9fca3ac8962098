import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { pinned } from "./base.ts";
import { originOf } from "./origin.ts";

afterEach(() => vi.unstubAllEnvs());

function checkout(): { root: string; git(...args: string[]): string } {
  const root = mkdtempSync(join(tmpdir(), "origin-"));
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.test"];
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", root, ...author, ...args], { encoding: "utf8" }).trim();
  git("init", "--quiet");
  writeFileSync(join(root, "file"), "1");
  git("add", "file");
  git("commit", "--quiet", "--message", "one", "--date", "2026-01-02T03:04:05Z");
  return { root, git };
}

describe("originOf", () => {
  it("the revision is the commit, also if a tag names it, and shows that files were changed", async () => {
    vi.stubEnv("SOURCE_DATE_EPOCH", "");
    const { root, git } = checkout();
    git("tag", "--annotate", "v1.0.0", "--message", "1.0.0");
    const commit = git("rev-parse", "HEAD");
    const { args } = await originOf(root);
    expect(args).toMatchObject({ REVISION: commit, SOURCE_DATE_EPOCH: git("log", "-1", "--format=%ct") });
    writeFileSync(join(root, "untracked"), "");
    expect((await originOf(root)).args).toEqual(args);
    writeFileSync(join(root, "file"), "2");
    expect((await originOf(root)).args["REVISION"]).toBe(`${commit}-dirty`);
  });

  it.each(["yesterday", "1.5", "-1", "2026-01-02T03:04:05Z", "0x10"])(
    "SOURCE_DATE_EPOCH %j is refused",
    async (time) => {
      vi.stubEnv("SOURCE_DATE_EPOCH", time);
      await expect(originOf(checkout().root)).rejects.toThrow(/^SOURCE_DATE_EPOCH must be whole seconds since 1970/);
    },
  );

  it("an archive without git that was unpacked within another checkout has no revision and no time of it", async () => {
    vi.stubEnv("SOURCE_DATE_EPOCH", "");
    const { root } = checkout();
    const unpacked = join(root, "analyze-0.2.0");
    mkdirSync(unpacked);
    const { args } = await originOf(unpacked);
    expect(Object.keys(args)).toEqual(["VERSION"]);
  });

  it("the source comes from the pipeline, never from a remote: its URL may have a password", async () => {
    vi.stubEnv("GITHUB_SERVER_URL", "");
    const { root, git } = checkout();
    git("remote", "add", "origin", "https://user:s3cret@example.test/analyze");
    expect((await originOf(root)).labels).toEqual({});
    vi.stubEnv("GITHUB_SERVER_URL", "https://github.com");
    vi.stubEnv("GITHUB_REPOSITORY", "owner/analyze");
    expect((await originOf(root)).labels).toEqual({
      "org.opencontainers.image.source": "https://github.com/owner/analyze",
    });
  });
});

const digest = `sha256:${"ab".repeat(32)}`;
it.each([
  ["base:tag", digest, `base:tag@${digest}`],
  [`base@${digest}`, digest, `base@${digest}`],
  ["base:tag", null, "base:tag"],
])("a build uses %s with the digest %s as %s", (name, known, used) => {
  expect(pinned({ name, digest: known })).toBe(used);
});
