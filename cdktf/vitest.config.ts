import { defineConfig } from "vitest/config";

/** As in the project's root: `node` needs Node alone; `system` needs terraform, moto, checkov, cloud-init or Docker. */
export default defineConfig({
  test: {
    // Two at once: much of a system test is waiting, as for a load balancer's fixed minute.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "node",
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.system.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.system.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
