import { readFileSync, writeFileSync } from "node:fs";

// `npm version` runs this between its change of package.json and its commit: these files repeat the version.
// Runs on any version of Node, without installed packages.
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const today = new Date().toISOString().slice(0, 10);

const places = [
  ["Dockerfile", /^(ARG VERSION=).*$/m, `$1${version}`],
  ["ingress/Chart.yaml", /^(version: ).*$/m, `$1${version}`],
  ["ingress/Chart.yaml", /^(appVersion: ).*$/m, `$1"${version}"`],
  ["CHANGELOG.md", /^## \[.*\] - unreleased$/m, `## [${version}] - ${today}`],
];

const missing = places.filter(([file, pattern]) => !pattern.test(readFileSync(file, "utf8")));
if (missing.length > 0) {
  const what = missing.map(([file, pattern]) => `  ${file}: no line ${pattern.source}`).join("\n");
  process.stderr.write(
    `${version} cannot be written; no file but package.json and package-lock.json was changed:\n${what}\n` +
      "CHANGELOG.md needs an entry `## [VERSION] - unreleased`. Then: git checkout package.json package-lock.json, and `npm version` again.\n",
  );
  process.exit(1);
}
for (const [file, pattern, line] of places) writeFileSync(file, readFileSync(file, "utf8").replace(pattern, line));
