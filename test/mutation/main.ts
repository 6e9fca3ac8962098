import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { answerHelp } from "@analyze/common/usage";
import { Stryker } from "@stryker-mutator/core";
import { folders, type Folder } from "./folders.ts";

const usage = `usage: npm run mutation -- [FOLDER|FILE|FILE:FIRST-LAST]…   (lines); default: every folder of test/mutation/folders.ts
Exit code 1 where one is below 85 %.`;
answerHelp(usage, process.argv.slice(2));
// Results are kept in out/: where a folder is named, a mutant is tried again only if it or a test that concerns it has changed.

const least = 85;
/**
 * States that count as detected; a mutant that no test reaches counts against the folder. A runtime error is one
 * outside of any test, such as at the loading of a test file: `npm test` fails by it, too.
 */
const killed = new Set(["Killed", "Timeout", "RuntimeError"]);

interface Score {
  readonly path: string;
  readonly killed: number;
  readonly timeouts: number;
  readonly all: number;
}

const named = process.argv.slice(2).map((path) => path.replace(/\/$/, ""));

/** Globs of the only tests to run, separated by commas: fewer of them give a lower figure, sooner. */
const givenTests = process.env["MUTATION_TESTS"];

/** The tests that run against the mutants of `path`: of a file those of its name, where there are any. */
function testsOf({ tests }: Folder, path: string): readonly string[] {
  const own = path.replace(/\.ts(:.*)?$/, ".test.ts");
  return own !== path && existsSync(own) ? [own] : tests;
}

/** Where MUTATION_SAMPLE is a range such as 0-50, only those of each folder's shuffled lines are mutated. */
const sample = process.env["MUTATION_SAMPLE"]?.split("-").map(Number);

function order(line: string): string {
  return createHash("sha256").update(line).digest("hex");
}

/** A random sample of a folder's lines, the same in every run. */
function sampleOf(path: string): string[] {
  const files = globSync(`${path}/**/*.ts`).filter((file) => !file.endsWith(".test.ts"));
  const lines = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((_, index) => `${file}:${index + 1}-${index + 1}`),
  );
  return lines.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)).slice(...(sample ?? []));
}

/** The parts of `path` to mutate, in Stryker's syntax. */
function mutantsOf(path: string): string[] {
  if (/\.ts(:|$)/.test(path)) return [path];
  return sample === undefined ? [`${path}/**/*.ts`, "!**/*.test.ts"] : sampleOf(path);
}

/** Tries the mutants of `path`, the folder or one of its files. */
async function mutate(folder: Folder, path: string): Promise<Score> {
  process.env["MUTATION_TESTS"] = givenTests ?? testsOf(folder, path).join(",");
  const report = `test/mutation/out/${folder.path.replaceAll("/", "-")}`;
  mkdirSync(report, { recursive: true });
  const results = await new Stryker({
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
    mutate: mutantsOf(path),
    coverageAnalysis: "perTest",
    concurrency: 1,
    // A slow machine must not count as an endless loop.
    timeoutMS: 30_000,
    timeoutFactor: 4,
    incremental: sample === undefined,
    force: named.length === 0,
    incrementalFile: `${report}/incremental.json`,
    disableTypeChecks: true,
    ignorePatterns: ["dist", ".ci", "docs", "bench", "ingress", "test/mutation/out", "**/cdktf.out"],
    reporters: ["dots", "clear-text", "html", "json"],
    htmlReporter: { fileName: `${report}/index.html` },
    jsonReporter: { fileName: `${report}/mutation.json` },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
    // Stryker reads the file with an API that TypeScript 7 does not have; a name that is not there keeps it from that.
    tsconfigFile: "none",
    tempDirName: ".stryker-tmp",
  }).runMutationTest();
  const at = resolve(path.replace(/:.*/, ""));
  const tried = results.filter(({ fileName }) => fileName.startsWith(at));
  const count = (statuses: ReadonlySet<string>): number => tried.filter(({ status }) => statuses.has(status)).length;
  return { path, killed: count(killed), timeouts: count(new Set(["Timeout"])), all: tried.length };
}

const chosen = (named.length === 0 ? folders.map(({ path }) => path) : named).map((path) => ({
  path,
  folder: folders.find((folder) => path === folder.path || path.startsWith(`${folder.path}/`)),
}));
const unknown = chosen.filter(({ folder }) => folder === undefined);
if (unknown.length > 0) {
  process.stderr.write(
    `in no listed folder: ${unknown.map(({ path }) => path).join(", ")}. See test/mutation/folders.ts.\n`,
  );
  process.exit(2);
}

const scores: Score[] = [];
for (const { path, folder } of chosen) if (folder) scores.push(await mutate(folder, path));
for (const { path, killed: noticed, timeouts, all } of scores.filter((score) => score.all > 0)) {
  const share = (100 * noticed) / all;
  const figure = `${noticed} of ${all} killed (${timeouts} by time-out), ${share.toFixed(1)} %`;
  process.stdout.write(`${path}: ${figure}${share < least ? " ✗" : ""}\n`);
  if (share < least) process.exitCode = 1;
}
