import { defineConfig } from "vitest/config";

/** What Stryker runs against each mutant: the files that main.ts names, wherever they are. */
export default defineConfig({
  test: {
    include: (process.env["MUTATION_TESTS"] ?? "").split(","),
    exclude: ["**/node_modules/**", "**/*.system.test.ts"],
    setupFiles: ["test/mutation/few-runs.ts"],
    testTimeout: 20_000,
  },
});
