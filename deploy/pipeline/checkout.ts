import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { announce } from "../progress.ts";
import { isCheckout } from "../images/origin.ts";
import { changesOf } from "../release/changes.ts";
import { failure, must } from "../run.ts";

const manifest = z.object({ version: z.string() });
const scope = "@analyze";
const author = ["-c", "user.name=dry", "-c", "user.email=dry@example.test"];

/**
 * Clones the current commit of `root` into `folder`, with its installed packages: a run writes its record, report and
 * state into the clone. The clone also releases what has changed, as `npm run release` does, unless the commit is a release
 * itself. Resolves with the commit and its version. Rejects with a UserError if `root` is no checkout of git with a commit.
 */
export async function cloneTo(folder: string, root: string): Promise<{ commit: string; version: string }> {
  await announceCommit(root);
  await must("git", ["clone", "--quiet", "--no-hardlinks", root, folder]);
  for (const place of ["node_modules", "cdktf/node_modules", "bench/node_modules"])
    if (existsSync(join(root, place))) linkPackages(join(root, place), join(folder, place), folder);
  if ((await changesOf(folder)).next !== null)
    await must(process.execPath, [join(folder, "deploy/release/main.ts"), "release", "--no-commit"], { cwd: folder });
  await git(folder, ...author, "commit", "--quiet", "--all", "--allow-empty", "--message", "release");
  const { version } = manifest.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  return { commit: (await git(folder, "rev-parse", "HEAD")).trim(), version };
}

/** Links each installed package; this project's own packages are those of the clone. */
function linkPackages(from: string, to: string, clone: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === scope) continue;
    const place = join(from, name);
    // Windows links only folders without a right to it; npm's list of packages is a file.
    if (statSync(place).isDirectory()) symlinkSync(place, join(to, name), "junction");
    else copyFileSync(place, join(to, name));
  }
  if (!existsSync(join(from, scope))) return;
  mkdirSync(join(to, scope));
  for (const name of readdirSync(join(from, scope))) symlinkSync(join(clone, name), join(to, scope, name), "junction");
}

/** Says which commit runs, and that changes which are not committed are not in it. */
async function announceCommit(root: string): Promise<void> {
  if (!(await isCheckout(root)))
    throw failure("The pipeline runs a commit, and this folder has none: use a clone of the repository (git clone).");
  const changed = (await git(root, "status", "--porcelain")).trim().split("\n").filter(Boolean).length;
  const without = changed === 0 ? "" : `, without ${changed} changed or new files that are not committed`;
  announce(`commit ${(await git(root, "log", "-1", "--format=%h %s")).trim()}${without}`);
}

function git(folder: string, ...args: string[]): Promise<string> {
  return must("git", ["-C", folder, ...args]);
}
