import { spawnSync } from "node:child_process";
import { answerHelp } from "@analyze/common/usage";
import { clocks, environment, type Clock } from "./clocks.ts";

const usage = `usage: npm run test:clocks -- [${Object.keys(clocks).join("|")}]… [options of vitest]
Runs the suites of \`npm test\`, here and in cdktf/, with the clock moved; with every clock where none is named.
{run} in an option stands for CLOCK-SUITE, so that each run can write its own report.`;

const suites: Record<string, { folder: string; up: string }> = {
  root: { folder: ".", up: "" },
  cdktf: { folder: "cdktf", up: "../" },
};

/** Installs the suite's packages by the machine's own clock: a registry's certificate may end before the moved one. */
function install(folder: string, up: string): boolean {
  const args = [`${up}scripts/on-node24.mjs`, "all", "--eval", ""];
  return spawnSync(process.execPath, args, { cwd: folder, stdio: "inherit" }).status === 0;
}

function run(title: string, suite: string, clock: Clock, options: string[]): boolean {
  const { folder, up } = suites[suite] ?? { folder: ".", up: "" };
  const env = environment(clock, new Date());
  process.stdout.write(`▸ ${title}: clock moved by ${env.FAKETIME} s, zone ${env.TZ}\n`);
  const vitest = [`${up}node_modules/vitest/vitest.mjs`, "run", "--project", "node"];
  // The state that faketime shares between programs belongs to one user: programs of other users fail on it.
  const alone = ["env", "--unset=FAKETIME_SHARED"];
  const args = [
    "-f",
    env.FAKETIME,
    ...alone,
    process.execPath,
    ...vitest,
    ...options.map((one) => one.replace("{run}", title)),
  ];
  const { status } = spawnSync("faketime", args, {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return status === 0;
}

function main(words: string[]): number {
  answerHelp(usage, words);
  const named = words.filter((word) => !word.startsWith("-"));
  const options = words.filter((word) => word.startsWith("-"));
  const unknown = named.filter((name) => !Object.hasOwn(clocks, name));
  if (unknown.length > 0) {
    process.stderr.write(`unknown clock: ${unknown.join(", ")}. Clocks: ${Object.keys(clocks).join(", ")}\n`);
    return 2;
  }
  if (spawnSync("faketime", ["--version"]).status !== 0) {
    process.stderr.write("faketime is missing. Install it (apt-get install faketime), then run this command again.\n");
    return 2;
  }
  const chosen = Object.entries(clocks).filter(([name]) => named.length === 0 || named.includes(name));
  const failed = Object.entries(suites).flatMap(([suite, { folder, up }]) => {
    if (!install(folder, up)) return [`packages of ${suite}`];
    return chosen
      .filter(([name, clock]) => !run(`${name}-${suite}`, suite, clock, options))
      .map(([name]) => `${name}-${suite}`);
  });
  if (failed.length > 0) process.stderr.write(`failed with a moved clock: ${failed.join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
