import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest files, the longest at the end of the list. They go first: one that began last would keep all waiting. */
const long = ["deploy", "dev-apply", "commands", "prod-apply", "two-weeks"];

function rank({ moduleId }: TestSpecification): number {
  return long.findIndex((name) => ["system", "full"].some((kind) => moduleId.endsWith(`/${name}.${kind}.test.ts`)));
}

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(other) - rank(one));
  }
}

const globalSetup = "../test/support/temporary-folder.ts";

/** As in the project's root: `node` needs Node alone; `system` needs terraform, moto, checkov, cloud-init or Docker; `full` takes longer. */
export default defineConfig({
  test: {
    // Two at once: much of a system test is waiting, as for a load balancer's fixed minute.
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: "node",
          globalSetup,
          include: ["**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/*.{system,full}.test.ts"],
          testTimeout: 90_000,
        },
      },
      {
        test: {
          name: "system",
          globalSetup,
          include: ["test/**/*.system.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "full",
          globalSetup,
          include: ["test/**/*.full.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
