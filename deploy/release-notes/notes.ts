import { UserError } from "@analyze/common/errors";
import type { ImageRecord } from "../images/record.ts";

/** The entry of one version in a changelog (Keep a Changelog), without its heading. Throws a UserError where there is none. Pure. */
export function entryOf(changelog: string, version: string): string {
  const heading = `## [${version}]`;
  const [, ...sections] = changelog.split(/^(?=## \[)/m);
  const found = sections.find((section) => section.startsWith(heading));
  if (found === undefined) throw new UserError(`CHANGELOG.md has no entry ${heading}.`);
  const [first = "", ...lines] = found.split("\n");
  if (first.endsWith("unreleased")) throw new UserError(`${heading} is unreleased: \`npm version\` writes its date.`);
  return lines.join("\n").trim();
}

/** Text of a release: what changed, and how a person verifies its images. Pure. */
export function releaseNotes(entry: string, { images, base }: ImageRecord): string {
  const rows = Object.entries(images).map(([name, reference]) => `| ${name} | \`${reference}\` |`);
  const how =
    "Verify before you deploy: [SECURITY.md](SECURITY.md#verify-an-image). Bills of materials (SPDX) are files of this release.";
  const table = ["| image | reference |", "| --- | --- |", ...rows].join("\n");
  return `${entry}\n\n### Images\n\n${table}\n\nBase: \`${base.name}\`, ${base.digest ?? "digest unknown"}. ${how}\n`;
}
