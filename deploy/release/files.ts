import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { hasUnreleased, withRelease } from "./changelog.ts";
import type { Changes } from "./changes.ts";

/** The files that repeat the version of package.json besides the lock file, which npm writes. */
const places = (version: string): [file: string, line: RegExp, text: string][] => [
  ["Dockerfile", /^(ARG VERSION=).*$/m, `$1${version}`],
  ["ingress/Chart.yaml", /^(version: ).*$/m, `$1${version}`],
  ["ingress/Chart.yaml", /^(appVersion: ).*$/m, `$1"${version}"`],
];

/**
 * Writes a version into every file that repeats it and its entry into CHANGELOG.md, and removes the changesets. Throws a UserError
 * before it writes anything if there is no change to release, or a file has no place for the version.
 */
export function writeRelease(root: string, version: string, date: string, { sections, files }: Changes): void {
  const read = (file: string): string => readFileSync(join(root, file), "utf8");
  const changelog = read("CHANGELOG.md");
  if (sections.length === 0 && !hasUnreleased(changelog)) throw nothing();
  if (!hasUnreleased(changelog) && changelog.includes(`\n## [${version}]`))
    throw new UserError(`CHANGELOG.md has an entry for ${version}: release another version.`);
  const missing = places(version).filter(([file, line]) => !line.test(read(file)));
  if (missing.length > 0)
    throw new UserError(
      `${version} has no place in: ${missing.map(([file, { source }]) => `${file} (${source})`).join(", ")}`,
    );
  const released = withRelease(changelog, version, date, sections);
  for (const [file, line, text] of places(version)) writeFileSync(join(root, file), read(file).replace(line, text));
  writeFileSync(join(root, "CHANGELOG.md"), released);
  for (const file of files) rmSync(join(root, file));
}

export function nothing(): UserError {
  return new UserError(
    "Nothing has changed since the last release: .changeset/ has no change. `npm run changeset` writes one.",
    { exitCode: 1 },
  );
}
