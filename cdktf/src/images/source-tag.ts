import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";

/**
 * The tag of images built from the sources here: the commit, and for uncommitted changes a digest of them as well, since a tag
 * cannot be pushed over. Throws outside a git repository.
 */
export function sourceTag(): string {
  const commit = git(["rev-parse", "--short=12", "HEAD"]).trim();
  const changes =
    git(["status", "--porcelain"]) && git(["diff", "HEAD"]) + git(["ls-files", "--others", "--exclude-standard"]);
  if (changes === "") return commit;
  return `${commit}-${createHash("sha256").update(changes).digest("hex").slice(0, 8)}`;
}

function git(args: string[]): string {
  const done = spawnSync("git", args, { encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
  if (done.status === 0) return done.stdout;
  throw new Error(`git ${args[0]} failed, and images are tagged by commit: ${done.stderr || done.error?.message}`);
}
