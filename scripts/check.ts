import { spawnSync } from "node:child_process";

// What must hold on a machine with Node alone. Arguments go to the tests.
const steps: [name: string, ...command: string[]][] = [
  ["format", "node_modules/oxfmt/bin/oxfmt", "--check"],
  ["lint", "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  ["types", "node_modules/typescript/bin/tsc"],
  ["unused exports", "node_modules/knip/bin/knip.js"],
  ["tests", "node_modules/vitest/vitest.mjs", "run", "--project", "node", ...process.argv.slice(2)],
];

const failed = steps.filter(([name, ...command]) => {
  process.stdout.write(`▸ ${name}\n`);
  return spawnSync(process.execPath, command, { stdio: "inherit" }).status !== 0;
});

if (failed.length > 0) {
  process.stderr.write(`check failed at: ${failed.map(([name]) => name).join(", ")}\n`);
  process.exitCode = 1;
}
