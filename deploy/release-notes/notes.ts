import { UserError } from "@analyze/common/errors";
import type { ImageRecord } from "../images/record.ts";

/**
 * The entry of one version in a changelog (Keep a Changelog), without its heading. Throws a UserError if it is missing,
 * empty, withdrawn or without a date. Pure.
 */
export function entryOf(changelog: string, version: string): string {
  const heading = `## [${version}]`;
  const [first = "", ...lines] = sectionOf(changelog.replaceAll("\r\n", "\n").split("\n"), heading);
  if (first === "") throw new UserError(`CHANGELOG.md has no entry ${heading}.`);
  const rest = first.slice(heading.length).trim();
  if (/yanked/i.test(rest)) throw new UserError(`${heading} is marked as withdrawn (yanked): release another version.`);
  if (!/^- \d{4}-\d\d-\d\d$/.test(rest))
    throw new UserError(
      `${heading} is unreleased: \`npm run release\` writes its date, as \`${heading} - YYYY-MM-DD\`.`,
    );
  // The targets of the versions' links stand at the end of the file.
  const text = lines
    .filter((line) => !/^\[(v?\d[^\]]*|unreleased)\]: \S+$/i.test(line))
    .join("\n")
    .trim();
  if (text.replaceAll(/^#.*$/gm, "").trim() === "")
    throw new UserError(`${heading} in CHANGELOG.md is empty: say what has changed.`);
  return text;
}

/** Lines from a heading to the next one of its level. A heading within a block of code is none. */
function sectionOf(lines: readonly string[], heading: string): string[] {
  const found: string[] = [];
  let isCode = false;
  for (const line of lines) {
    if (/^(```|~~~)/.test(line)) isCode = !isCode;
    if (/^##? /.test(line) && !isCode) {
      if (found.length > 0) break;
      if (!line.startsWith(heading)) continue;
    } else if (found.length === 0) continue;
    found.push(line);
  }
  return found;
}

/**
 * Throws a UserError if a tag does not release the version of package.json, such as `v1.2.3` or `v1.2.3-rc.1`. Pure.
 */
export function checkTag(tag: string, version: string): void {
  if (!/^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(tag))
    throw new UserError(`${tag} is no tag of a release: \`npm run release\` makes one, such as v1.2.3.`);
  if (tag !== `v${version}`)
    throw new UserError(
      `${tag} is a tag of a commit whose version is ${version}. Delete the tag; \`npm run release\` writes the version and makes the tag.`,
    );
}

/**
 * Text of a release: what changed, and how a person verifies its images. `files`: URL of the repository's files at the
 * tag, because a release's page has no files beside it; null: links stay relative. Pure.
 */
export function releaseNotes(entry: string, { images, base }: ImageRecord, files: string | null): string {
  const rows = Object.entries(images).map(([name, reference]) => `| ${name} | \`${reference}\` |`);
  const how =
    "Verify before you deploy: [SECURITY.md](SECURITY.md#verify-an-image). Bills of materials (SPDX) are files of this release.";
  const table = ["| image | reference |", "| --- | --- |", ...rows].join("\n");
  const text = `${entry}\n\n### Images\n\n${table}\n\nBase: \`${base.name}\`, ${base.digest ?? "digest unknown"}. ${how}\n`;
  return files === null ? text : text.replaceAll(/\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g, `](${files}/$1)`);
}
