import { mkdirSync } from "node:fs";
import { Stryker } from "@stryker-mutator/core";
import { folders, type Folder } from "./folders.ts";

// Usage: npm run mutation -- [FOLDER…]; every folder of folders.ts where none is named. Exit code 1 where a folder is below 85 %.

const least = 85;
/** What counts as noticed; a mutant that no test reaches counts against the folder. */
const killed = new Set(["Killed", "Timeout"]);
/** Mutants that could not be tried: they did not compile or the run was told to leave them out. */
const untried = new Set(["CompileError", "RuntimeError", "Ignored"]);

interface Score {
  readonly path: string;
  readonly killed: number;
  readonly all: number;
}

async function mutate({ path, tests }: Folder): Promise<Score> {
  process.env["MUTATION_TESTS"] = tests.join(",");
  const report = `test/mutation/out/${path.replaceAll("/", "-")}`;
  mkdirSync(report, { recursive: true });
  const results = await new Stryker({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
    mutate: [`${path}/**/*.ts`, "!**/*.test.ts"],
    coverageAnalysis: "perTest",
    concurrency: 1,
    disableTypeChecks: true,
    ignorePatterns: ["dist", ".ci", "docs", "bench", "ingress", "test/mutation/out", "**/cdktf.out"],
    reporters: ["clear-text", "html", "json"],
    htmlReporter: { fileName: `${report}/index.html` },
    jsonReporter: { fileName: `${report}/mutation.json` },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
    // Stryker reads the file with an API that TypeScript 7 does not have; a name that is not there keeps it from that.
    tsconfigFile: "none",
    tempDirName: ".stryker-tmp",
  }).runMutationTest();
  const tried = results.filter(({ status }) => !untried.has(status));
  return { path, killed: tried.filter(({ status }) => killed.has(status)).length, all: tried.length };
}

const named = process.argv.slice(2).map((path) => path.replace(/\/$/, ""));
const unknown = named.filter((name) => !folders.some(({ path }) => path === name));
if (unknown.length > 0) {
  process.stderr.write(`unknown folder: ${unknown.join(", ")}. Add it to test/mutation/folders.ts.\n`);
  process.exit(2);
}

const scores: Score[] = [];
for (const folder of folders.filter(({ path }) => named.length === 0 || named.includes(path))) {
  scores.push(await mutate(folder));
}
for (const { path, killed: noticed, all } of scores) {
  const share = (100 * noticed) / all;
  process.stdout.write(`${path}: ${noticed} of ${all} killed, ${share.toFixed(1)} %${share < least ? " ✗" : ""}\n`);
  if (share < least) process.exitCode = 1;
}
