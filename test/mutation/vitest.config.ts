import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

function isProperty({ moduleId }: TestSpecification): boolean {
  return readFileSync(moduleId, "utf8").includes("fast-check");
}

/** Properties take longest, so they run last: a failing example ends the run. */
class ExamplesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => Number(isProperty(a)) - Number(isProperty(b)));
  }
}

/** The tests that Stryker runs against each mutant: the files that main.ts names, in any folder. */
export default defineConfig({
  test: {
    include: (process.env["MUTATION_TESTS"] ?? "").split(","),
    exclude: ["**/node_modules/**", "**/*.system.test.ts"],
    setupFiles: ["test/mutation/few-runs.ts"],
    isolate: false,
    sequence: { sequencer: ExamplesFirst },
    testTimeout: 20_000,
  },
});
