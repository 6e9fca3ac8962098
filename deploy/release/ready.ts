import { isCheckout } from "../images/origin.ts";
import { failure, run } from "../run.ts";

/**
 * Rejects with a UserError where a release of this version could not be committed, tagged and pushed: once `npm version` has
 * begun, it leaves changed files behind.
 */
export async function requireReady(root: string, version: string): Promise<void> {
  if (!(await isCheckout(root)))
    throw failure("A release is a commit and a tag: use a clone of the repository (git clone).");
  const changed = await git(root, "status", "--porcelain");
  if (changed.stdout !== "") throw failure(`Commit these files first, or stash them:\n${changed.stdout.trimEnd()}`);
  const branch = await git(root, "symbolic-ref", "--quiet", "HEAD");
  if (branch.code !== 0) throw failure("HEAD is detached: a release is made on a branch (git switch main).");
  const tag = await git(root, "rev-parse", "--verify", "--quiet", `refs/tags/v${version}`);
  if (tag.code === 0)
    throw failure(
      `The tag v${version} exists. Where nobody has it, delete it (git tag --delete v${version}), and try again.`,
    );
  const person = await git(root, "var", "GIT_COMMITTER_IDENT");
  if (person.code !== 0)
    throw failure("git does not know who you are: git config user.name NAME; git config user.email EMAIL");
}

function git(root: string, ...args: string[]): ReturnType<typeof run> {
  return run("git", ["-C", root, ...args]);
}
