// Sums up vitest's JSON reports. Plain JavaScript, for any version of Node.
// Usage: node scripts/tally.mjs <folder> <skips.json> <suite>=<exit code>… <step>:<exit code>…
// A suite has a report in <folder>; a step has none, and counts as one test.
// skips.json lists the tests that may be skipped: [{ file, test, reason, sometimes? }]. A skipped test that is not listed is a failure,
// and so is an entry whose test its file no longer has, or is no longer skipped (unless `sometimes`, for a cause that not every machine has).
// Entries of files that no suite ran are not judged: .ci/run leaves out the long suites of .ci/full.
// Last line: N passed, N failed. Exit code 1 on any failure.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [folder, skipList, ...ended] = process.argv.slice(2);
const listed = JSON.parse(readFileSync(skipList, "utf8"));
const unmet = new Set();

function report(name) {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/** The entry that lists the test. */
function entryOf(file, { title }) {
  return listed.find((entry) => entry.file === file && entry.test === title);
}

/** The faults of one file, as texts. A file that could not be loaded is one failure. */
function failuresIn({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const failed = assertionResults.filter((test) => test.status === "failed").map((test) => test.fullName);
  if (failed.length === 0 && status === "failed") failed.push(message || "could not be loaded");
  // If a hook fails, its tests are skipped: that is one failure, not many.
  if (failed.length > 0) return failed.map((what) => `${file}: ${what}`);
  return assertionResults
    .filter((test) => isSkipped(test) && entryOf(file, test) === undefined)
    .map((test) => `${file}: ${test.fullName}: skipped, and not listed in ${skipList}`);
}

function isSkipped({ status }) {
  return status !== "passed" && status !== "failed";
}

/** Adds the entries of one file that its tests do not meet. */
function meet({ name, assertionResults }) {
  const file = relative(process.cwd(), name);
  for (const entry of listed.filter((one) => one.file === file)) {
    const tests = assertionResults.filter(({ title }) => title === entry.test);
    if (!tests.some((test) => entry.sometimes || test.status !== "passed")) unmet.add(entry);
  }
}

function sumSuite(name, code) {
  const known = report(name);
  const files = known?.testResults ?? [];
  for (const file of files) meet(file);
  const tests = files.flatMap((file) => file.assertionResults);
  const failures = files.flatMap(failuresIn);
  // Format, lint, types and exports have no report, only an exit code.
  if (failures.length === 0 && (code !== "0" || !known)) {
    failures.push(`${known ? "" : "no report, "}ended with code ${code}, see ${join(folder, `${name}.log`)}`);
  }
  const passed = tests.filter((test) => test.status === "passed").length;
  return { name, passed, skipped: tests.filter(isSkipped).length, failures, isWhole: known !== undefined };
}

function sumStep(name, code) {
  const failures = code === "0" ? [] : [`ended with code ${code}, see ${join(folder, `${name}.log`)}`];
  return { name, passed: 1 - failures.length, skipped: 0, failures, isWhole: true };
}

/** Faults of the list itself: known only if every suite has written its report. */
function stale(sums) {
  if (!sums.every(({ isWhole }) => isWhole)) return [];
  return [...unmet].map(
    ({ file, test }) => `${skipList}: "${test}" of ${file} is not skipped, or not there: remove it`,
  );
}

const sums = ended.map((one) => {
  const [, name, kind, code] = /^(.*)([=:])(.*)$/.exec(one) ?? [];
  return kind === ":" ? sumStep(name, code) : sumSuite(name, code);
});
const old = stale(sums);
if (sums.length > 0 && old.length > 0) sums.push({ name: "skips", passed: 0, skipped: 0, failures: old });
for (const { name, passed, skipped, failures } of sums) {
  process.stdout.write(`${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped\n`);
  for (const failure of failures) process.stdout.write(`  ✗ ${failure.split("\n")[0]}\n`);
}
const passed = sums.reduce((total, one) => total + one.passed, 0);
const failed = sums.reduce((total, one) => total + one.failures.length, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || sums.length === 0 ? 1 : 0;
