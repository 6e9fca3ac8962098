// Sums up vitest's JSON reports. Plain JavaScript, for whatever Node is there.
// Usage: node scripts/tally.mjs <folder> <suite>=<exit code>…   Last line: N passed, N failed. Exit code 1 on any failure.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [folder, ...suites] = process.argv.slice(2);

function report(name) {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

/** Passed and skipped tests as counts, failures as words. A file that could not be loaded is one failure. */
function sum(name, code) {
  const known = report(name);
  const files = known?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const failures = files.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === "failed").map((test) => test.fullName);
    if (failed.length === 0 && file.status === "failed") failed.push(file.message || "could not be loaded");
    return failed.map((what) => `${relative(process.cwd(), file.name)}: ${what}`);
  });
  // Format, lint, types and exports have no report: they show in the exit code alone.
  if (failures.length === 0 && (code !== "0" || !known)) {
    failures.push(`${known ? "" : "no report, "}ended with code ${code}, see ${join(folder, `${name}.log`)}`);
  }
  const passed = tests.filter((test) => test.status === "passed").length;
  const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed").length;
  return { name, passed, skipped, failures };
}

const sums = suites.map((suite) => sum(...suite.split("=")));
for (const { name, passed, skipped, failures } of sums) {
  process.stdout.write(`${name}: ${passed} passed, ${failures.length} failed, ${skipped} skipped\n`);
  for (const failure of failures) process.stdout.write(`  ✗ ${failure.split("\n")[0]}\n`);
}
const passed = sums.reduce((total, one) => total + one.passed, 0);
const failed = sums.reduce((total, one) => total + one.failures.length, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || sums.length === 0 ? 1 : 0;
