import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A workflow's environment from GitHub, for one run on this machine. */
export interface GitHub {
  readonly env: Readonly<Record<string, string>>;
  /** The hash of the plan in a job's summary; empty: none. */
  approved(): string;
}

/** `gh` keeps the files of a release in `folder` instead of creating one; `commit`: the workflow's. */
export function gitHubIn(folder: string, commit: string, tag: string): GitHub {
  const bin = join(folder, "bin");
  const release = join(folder, "release");
  const summary = join(folder, "summary.md");
  for (const place of [bin, release]) mkdirSync(place);
  writeFileSync(join(bin, "gh"), gh(release), { mode: 0o755 });
  return {
    env: {
      GITHUB_SHA: commit,
      GITHUB_REF_NAME: tag,
      GITHUB_STEP_SUMMARY: summary,
      PATH: `${bin}${delimiter}${process.env["PATH"]}`,
    },
    approved: () => {
      const text = existsSync(summary) ? readFileSync(summary, "utf8") : "";
      return /with the plan `([0-9a-f]{64})`/.exec(text)?.[1] ?? "";
    },
  };
}

function gh(release: string): string {
  return `#!/bin/sh
set -e
case "$1 $2" in
"release create") for file; do case $file in *.json) cp "$file" '${release}/' ;; esac; done ;;
"release download") cp '${release}/images.json' dist/ ;;
esac
echo "gh $*   (here: files in ${release})"
`;
}
