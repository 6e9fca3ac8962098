import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tally-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(suite: string, ...files: { status: string; tests: string[] }[]): void {
  const testResults = files.map(({ status, tests }, index) => ({
    name: `${index}.test.ts`,
    status,
    message: "",
    assertionResults: tests.map((result) => ({ status: result, fullName: "a test" })),
  }));
  writeFileSync(join(folder, `${suite}.json`), JSON.stringify({ testResults }));
}

/** Last line and exit code. */
function tally(...suites: string[]): [string | undefined, number | null] {
  const { stdout, status } = spawnSync(process.execPath, ["scripts/tally.mjs", folder, ...suites], {
    encoding: "utf8",
  });
  return [stdout.trimEnd().split("\n").at(-1), status];
}

test("sums over suites and files, and skipped tests are neither passed nor failed", () => {
  write("one", { status: "passed", tests: ["passed", "passed"] }, { status: "passed", tests: ["passed", "skipped"] });
  write("two", { status: "passed", tests: ["passed"] });
  expect(tally("one=0", "two=0")).toEqual(["4 passed, 0 failed", 0]);
});

test("a failed test counts, and so does a file that could not be loaded", () => {
  write("one", { status: "failed", tests: ["passed", "failed"] }, { status: "failed", tests: [] });
  expect(tally("one=1")).toEqual(["1 passed, 2 failed", 1]);
});

test("a suite that left no report has failed, whatever its exit code", () => {
  write("one", { status: "passed", tests: ["passed"] });
  expect(tally("one=0", "two=124", "three=0")).toEqual(["1 passed, 2 failed", 1]);
});

test("a suite whose tests passed and that still ended with an error has failed", () => {
  write("check", { status: "passed", tests: ["passed"] });
  expect(tally("check=1")).toEqual(["1 passed, 1 failed", 1]);
});

test("no suite at all is no success", () => {
  expect(tally()).toEqual(["0 passed, 0 failed", 1]);
});
