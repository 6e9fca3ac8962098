import { spawnSync } from "node:child_process";
import { answerHelp } from "@analyze/common/usage";

answerHelp(
  "usage: npm run check [-- FILTER]   all checks that need only Node, in every folder. Arguments go to the tests.",
  process.argv.slice(2),
);

// cdktf/ and bench/ have separate packages. Their types are checked first, because that installs what the other steps need:
// deploy/ imports cdktf's state, and lint and knip read every folder.
const steps: [name: string, folder: string, ...command: string[]][] = [
  ["format", ".", "node_modules/oxfmt/bin/oxfmt", "--check"],
  ...["cdktf", "bench"].map((folder): [string, string, ...string[]] => [
    `types of ${folder}/`,
    folder,
    "../scripts/on-node24.mjs",
    "all",
    "../node_modules/typescript/bin/tsc",
    "--project",
    ".",
  ]),
  ["types", ".", "node_modules/typescript/bin/tsc"],
  ["lint", ".", "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  ["unused exports", ".", "node_modules/knip/bin/knip.js"],
  ["tests", ".", "node_modules/vitest/vitest.mjs", "run", "--project", "node", ...process.argv.slice(2)],
];

const failed = steps.filter(([name, folder, ...command]) => {
  process.stdout.write(`▸ ${name}\n`);
  return spawnSync(process.execPath, command, { cwd: folder, stdio: "inherit" }).status !== 0;
});

if (failed.length > 0) {
  process.stderr.write(`check failed at: ${failed.map(([name]) => name).join(", ")}\n`);
  process.exitCode = 1;
}
