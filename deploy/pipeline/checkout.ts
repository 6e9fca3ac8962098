import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { must } from "../run.ts";

const author = ["-c", "user.name=dry", "-c", "user.email=dry@example.test"];

/**
 * Clones the current commit of `root` into `folder`, with its installed packages: a run writes its record, report and
 * state into the clone. The clone also releases the version, as `npm version` does. Resolves with the commit. Rejects
 * with a UserError if `root` is no checkout of git.
 */
export async function cloneTo(folder: string, root: string): Promise<string> {
  await must("git", ["clone", "--quiet", "--no-hardlinks", root, folder]);
  for (const place of ["node_modules", "cdktf/node_modules"])
    if (existsSync(join(root, place))) symlinkSync(join(root, place), join(folder, place), "junction");
  await must(process.execPath, [join(folder, "scripts/set-version.mjs")], { cwd: folder });
  await git(folder, ...author, "commit", "--quiet", "--all", "--allow-empty", "--message", "release");
  return (await git(folder, "rev-parse", "HEAD")).trim();
}

function git(folder: string, ...args: string[]): Promise<string> {
  return must("git", ["-C", folder, ...args]);
}
