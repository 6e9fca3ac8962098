import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { writeChangeset } from "@changesets/write";
import manifest from "../../package.json" with { type: "json" };
import { project } from "../images/docker.ts";
import { must } from "../run.ts";
import { kinds } from "./changelog.ts";
import { changesOf } from "./changes.ts";
import { nothing, writeRelease } from "./files.ts";
import { requireReady } from "./ready.ts";

surviveClosedPipes();

const bumps = ["patch", "minor", "major"] as const;

const usage = `usage: npm run changeset -- ${bumps.join("|")} ${kinds.join("|")} TEXT
         describes a change for CHANGELOG.md in a new file of .changeset/
       npm run release [-- --no-commit]
         raises the version as the changesets say, writes it with their entry into every file, commits and tags`;

async function add([bump = "", kind = "", text = "", ...others]: readonly string[]): Promise<void> {
  const type = bumps.find((one) => one === bump);
  const heading = kinds.find((one) => one === kind);
  if (type === undefined || heading === undefined || text.trim() === "" || others.length > 0)
    throw new UserError(usage);
  const changeset = { summary: `### ${heading}\n\n- ${text.trim()}`, releases: [{ name: manifest.name, type }] };
  const id = await writeChangeset(changeset, project, { format: false });
  process.stdout.write(`${join(".changeset", `${id}.md`)}\n`);
}

/** Leaves the version, the commit and the tag to `npm version`, which calls `write` before the commit. */
async function release([mode, ...others]: readonly string[]): Promise<void> {
  if ((mode !== undefined && mode !== "--no-commit") || others.length > 0) throw new UserError(usage);
  const { next } = await changesOf(project);
  if (next === null) throw nothing();
  if (mode === undefined) await requireReady(project, next);
  // A person's .npmrc changes none of it: without scripts, only package.json would have the version.
  const commit = mode === undefined ? ["--git-tag-version", "--tag-version-prefix=v"] : ["--no-git-tag-version"];
  const args = ["version", next, "--allow-same-version", "--ignore-scripts=false", ...commit];
  await must("npm", args, { cwd: project });
  process.stdout.write(`${next}${mode === undefined ? ": git push --follow-tags starts the release" : ""}\n`);
}

async function write(others: readonly string[]): Promise<void> {
  if (others.length > 0) throw new UserError(usage);
  writeRelease(project, manifest.version, new Date().toISOString().slice(0, 10), await changesOf(project));
}

try {
  const [command = "", ...args] = process.argv.slice(2);
  answerHelp(usage, args);
  if (command === "add") await add(args);
  else if (command === "release") await release(args);
  else if (command === "write") await write(args);
  else throw new UserError(usage);
} catch (error) {
  endWith(error);
}
