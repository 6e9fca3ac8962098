import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFolder } from "@analyze/common/folder";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith } from "@analyze/common/errors";
import { applyUsageRules } from "@analyze/common/usage";
import { Command } from "commander";
import { manifestsOf, stages, type Rendering } from "./manifests.ts";

surviveClosedPipes();

async function write({ out, ...rendering }: Rendering & { out: string }): Promise<void> {
  createFolder(out);
  for (const stage of stages) {
    const file = join(out, `${stage}.yaml`);
    writeFileSync(file, await manifestsOf(stage, rendering, file));
    process.stdout.write(`${file}\n`);
  }
}

const collect = (one: string, all: string[]): string[] => [...all, one];

try {
  const program = new Command("npm run manifests --")
    .description("write the chart as plain YAML, one file per stage, for kubectl apply -f")
    .option("--out <folder>", "where the files go", "dist/manifests")
    .option("--namespace <name>", "namespace of all objects", "analyze")
    .option("--values <file>", "more values for the chart, repeatable", collect, [])
    .option("--set <key=value>", "one value for the chart, repeatable", collect, [])
    .action(write);
  applyUsageRules(program);
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
