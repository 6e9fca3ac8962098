import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { assembleReleasePlan } from "@changesets/assemble-release-plan";
import { readConfig } from "@changesets/config";
import { readChangesets } from "@changesets/read";
import type { NewChangeset, Packages } from "@changesets/types";
import { z } from "zod";
import { hasUnreleased, type Sections, sectionsOf } from "./changelog.ts";

const manifest = z.object({ name: z.string(), version: z.string() });

/** What the next release contains. */
export interface Changes {
  /** The version that the changes require; null: nothing has changed since the version of package.json. */
  readonly next: string | null;
  readonly sections: readonly Sections[];
  /** Paths of the changesets, relative to the root. */
  readonly files: readonly string[];
}

/**
 * Reads `.changeset/` and CHANGELOG.md of a checkout. Rejects with a UserError that names the file if a changeset is not for this
 * project or has no headings.
 */
export async function changesOf(root: string): Promise<Changes> {
  // Only the root has a version: the workspaces are parts of its programs, and have none.
  const packageJson = manifest.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const rootPackage = { dir: root, packageJson };
  const packages: Packages = { rootDir: root, tool: { type: "root" }, packages: [rootPackage], rootPackage };
  const changesets = (await read(root)).toSorted(({ id: one }, { id: other }) => (one < other ? -1 : 1));
  for (const changeset of changesets) check(changeset, packageJson.name);
  const { config, errors } = await readConfig(root, packages);
  if (config === undefined) throw new UserError(`.changeset/config.json: ${errors.join("; ")}`);
  const [release] = assembleReleasePlan(changesets, packages, config, undefined).releases;
  // The version of an entry that was begun is not released yet: the changes join it.
  const isBegun = hasUnreleased(readFileSync(join(root, "CHANGELOG.md"), "utf8"));
  return {
    next: isBegun ? packageJson.version : (release?.newVersion ?? null),
    sections: changesets.map(({ id, summary }) => sectionsOf(summary, fileOf(id))),
    files: changesets.map(({ id }) => fileOf(id)),
  };
}

async function read(root: string): Promise<NewChangeset[]> {
  try {
    return await readChangesets(root);
  } catch (error) {
    throw new UserError(`.changeset/ cannot be read: ${error instanceof Error ? error.message : ""}`, { cause: error });
  }
}

function check({ id, releases }: NewChangeset, name: string): void {
  const [release, ...others] = releases;
  if (release?.name !== name || others.length > 0 || release.type === "none")
    throw new UserError(`${fileOf(id)} must begin with "${name}": patch, minor or major, between two lines of ---.`);
}

function fileOf(id: string): string {
  return `.changeset/${id}.md`;
}
