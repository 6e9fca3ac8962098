import { configDefaults, defineConfig } from "vitest/config";

const exclude = [...configDefaults.exclude, "cdktf/**", ".stryker-tmp/**"];

const globalSetup = "test/support/temporary-folder.ts";

/** A wait for an event is no measure of time: it ends with the event, also on a busy machine. */
const patient = { poll: { timeout: 30_000 } };

/** Three projects: `node` runs on a machine with Node alone; `system` needs nginx, Docker, a cluster or Python tools; `full` takes long besides. */
export default defineConfig({
  test: {
    coverage: {
      // Every file that ships, tested or not. What only a child process runs shows as not covered.
      include: ["{certs,client,common,deploy,scripts,server}/**/*.ts"],
      exclude: ["**/*.test.ts", "client/test/**"],
      reporter: ["text-summary", "html"],
      reportsDirectory: "coverage",
    },
    projects: [
      {
        test: {
          name: "node",
          globalSetup,
          include: ["**/*.test.ts"],
          exclude: [...exclude, "**/*.{system,full}.test.ts"],
          expect: patient,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      ...["system", "full"].map((name) => ({
        test: {
          name,
          globalSetup,
          include: [`**/*.${name}.test.ts`],
          exclude,
          fileParallelism: false,
          expect: patient,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      })),
    ],
  },
});
