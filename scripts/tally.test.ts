import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tally-"));
  list();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Tests are named by their position in the file: "test 0", "test 1" … */
function write(suite: string, ...files: { status: string; tests: string[] }[]): void {
  const testResults = files.map(({ status, tests }, index) => ({
    name: join(process.cwd(), `${index}.test.ts`),
    status,
    message: "",
    assertionResults: tests.map((result, at) => ({ status: result, title: `test ${at}`, fullName: `in test ${at}` })),
  }));
  writeFileSync(join(folder, `${suite}.json`), JSON.stringify({ testResults }));
}

function list(...entries: { file: string; test: string; reason: string; sometimes?: boolean }[]): void {
  writeFileSync(join(folder, "skips"), JSON.stringify(entries));
}

function run(...suites: string[]): { lines: string[]; status: number | null } {
  const args = ["scripts/tally.mjs", folder, join(folder, "skips"), ...suites];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { lines: stdout.trimEnd().split("\n"), status };
}

/** Last line and exit code. */
function tally(...suites: string[]): [string | undefined, number | null] {
  const { lines, status } = run(...suites);
  return [lines.at(-1), status];
}

it("sums over suites and files", () => {
  write("one", { status: "passed", tests: ["passed", "passed"] }, { status: "passed", tests: ["passed"] });
  write("two", { status: "passed", tests: ["passed"] });
  expect(tally("one=0", "two=0")).toEqual(["4 passed, 0 failed", 0]);
});

it("a failed test counts, and so does a file that could not be loaded", () => {
  write("one", { status: "failed", tests: ["passed", "failed"] }, { status: "failed", tests: [] });
  expect(tally("one=1")).toEqual(["1 passed, 2 failed", 1]);
});

it("a suite without a report has failed, whatever its exit code", () => {
  write("one", { status: "passed", tests: ["passed"] });
  expect(tally("one=0", "two=124", "three=0")).toEqual(["1 passed, 2 failed", 1]);
});

it("a suite that exits with an error has failed, even if its tests passed", () => {
  write("check", { status: "passed", tests: ["passed"] });
  expect(tally("check=1")).toEqual(["1 passed, 1 failed", 1]);
});

it("a step without a report counts as one test", () => {
  write("one", { status: "passed", tests: ["passed"] });
  expect(tally("one=0", "chaos:0")).toEqual(["2 passed, 0 failed", 0]);
  expect(tally("one=0", "chaos:124")).toEqual(["1 passed, 1 failed", 1]);
});

it("a run without any suite is no success", () => {
  expect(tally()).toEqual(["0 passed, 0 failed", 1]);
});

/** `has gateway` stands for a whole file: test/support/requirements.ts makes it of the requirement's name, which a helper may give. */
function isThere({ file, test }: { file: string; test: string }): boolean {
  const text = readFileSync(file, "utf8");
  const helpers = Array.from(text.matchAll(/ from "(\.[^"]+\.ts)"/g), ([, path = ""]) => join(dirname(file), path));
  const texts = [text, ...helpers.map((path) => readFileSync(path, "utf8"))];
  return texts.some((one) => one.includes(JSON.stringify(test.replace(/^has /, ""))));
}

describe("skipped tests", () => {
  const entry = { file: "0.test.ts", test: "test 1", reason: "one node" };

  it.each(["skipped", "pending", "todo"])("a test that is %s and not listed is a failure that names it", (status) => {
    write("one", { status: "passed", tests: ["passed", status] });
    const { lines } = run("one=0");
    expect(lines).toContainEqual(expect.stringMatching(/✗ 0\.test\.ts: in test 1: skipped, and not listed in /));
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
  });

  it("a listed test may be skipped, and is neither passed nor failed", () => {
    list(entry);
    write("one", { status: "passed", tests: ["passed", "skipped"] });
    expect(tally("one=0")).toEqual(["1 passed, 0 failed", 0]);
  });

  it("an entry lists tests of its file only", () => {
    list(entry);
    write(
      "one",
      { status: "passed", tests: ["passed", "skipped"] },
      { status: "passed", tests: ["passed", "skipped"] },
    );
    expect(tally("one=0")).toEqual(["2 passed, 1 failed", 1]);
  });

  it.each([
    { title: "ran", tests: ["passed", "passed"], sometimes: false, last: "2 passed, 1 failed" },
    { title: "is not there", tests: ["passed"], sometimes: false, last: "1 passed, 1 failed" },
    {
      title: "ran, where it need not be skipped",
      tests: ["passed", "passed"],
      sometimes: true,
      last: "2 passed, 0 failed",
    },
    {
      title: "is not there, though it need not be skipped",
      tests: ["passed"],
      sometimes: true,
      last: "1 passed, 1 failed",
    },
  ])("an entry whose test $title: $last", ({ tests, sometimes, last }) => {
    list({ ...entry, sometimes });
    write("one", { status: "passed", tests });
    expect(tally("one=0")[0]).toBe(last);
  });

  it("an entry is not stale if no suite ran its file: .ci/run leaves out what .ci/full runs", () => {
    list({ ...entry, file: "long.full.test.ts" });
    write("one", { status: "passed", tests: ["passed"] });
    expect(tally("one=0")).toEqual(["1 passed, 0 failed", 0]);
  });

  it("an entry is not stale if a suite left no report: its test may be in that suite", () => {
    list(entry);
    write("one", { status: "passed", tests: ["passed"] });
    expect(tally("one=0", "two=124")).toEqual(["1 passed, 1 failed", 1]);
  });

  it("a failed hook is one failure, not one for each skipped test", () => {
    write("one", { status: "failed", tests: ["skipped", "skipped"] });
    expect(tally("one=1")).toEqual(["0 passed, 1 failed", 1]);
  });

  it(".ci/skips.json lists only existing tests, each with a reason", () => {
    const entries: { file: string; test: string; reason: string }[] = JSON.parse(
      readFileSync(".ci/skips.json", "utf8"),
    );
    expect(entries.filter(({ file }) => !existsSync(file))).toEqual([]);
    expect(entries.filter((one) => !isThere(one))).toEqual([]);
    expect(entries.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });
});
