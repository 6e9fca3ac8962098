import { spawnSync } from "node:child_process";

/** One command = CI's first half: what must hold on a machine with Node alone. Stops at the first that fails. */
const steps: [name: string, ...command: string[]][] = [
  ["format", "node_modules/oxfmt/bin/oxfmt", "--check"],
  ["lint", "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  ["types", "node_modules/typescript/bin/tsc"],
  ["unused exports", "node_modules/knip/bin/knip.js"],
  ["tests", "node_modules/vitest/vitest.mjs", "run", "--project", "node"],
];

for (const [name, ...command] of steps) {
  process.stdout.write(`▸ ${name}\n`);
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) {
    process.stderr.write(`check failed at: ${name}\n`);
    process.exit(status ?? 1);
  }
}
