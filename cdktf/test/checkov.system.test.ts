import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { z } from "zod";
import { describeWith } from "../../test/support/requirements.ts";
import { createApp } from "../src/app.ts";
import { config, production, release, rotation, temporaryFolder } from "./support/fixture.ts";

const checks = z.array(z.object({ check_id: z.string(), resource: z.string() }));
const reportShape = z.object({
  results: z.object({ failed_checks: checks, parsing_errors: z.array(z.unknown()) }),
  summary: z.object({ passed: z.number() }),
});

const skips = fileURLToPath(new URL("../checkov.yaml", import.meta.url));

/** Synthesises a stage and scans it. `spoil` changes the JSON first. */
async function scan(changes: NodeJS.ProcessEnv, spoil = (json: string): string => json) {
  const out = temporaryFolder();
  const settings = config(changes);
  createApp(settings, { release: await release(), rotation }, out).synth();
  const file = join(out, "stacks", settings.stage, "cdk.tf.json");
  // checkov can parse neither a `terraform` block with a required version nor an `import` block.
  const { terraform: _, import: __, ...rest } = JSON.parse(spoil(readFileSync(file, "utf8")));
  writeFileSync(file, JSON.stringify(rest));
  const args = ["--file", file, "--framework", "terraform_json", "--config-file", skips, "--output", "json"];
  const { stdout, stderr } = spawnSync("checkov", args, { encoding: "utf8", maxBuffer: 64 * 2 ** 20 });
  if (!stdout.startsWith("{")) throw new Error(`checkov said: ${stdout}${stderr}`);
  return reportShape.parse(JSON.parse(stdout));
}

describeWith(["checkov"], "what checkov finds", () => {
  it.each<[stage: string, changes: NodeJS.ProcessEnv, passed: number]>([
    ["dev", {}, 50],
    ["prod", production, 150],
  ])("is nothing in stage %s, except what checkov.yaml accepts with a reason", async (_, changes, passed) => {
    const { results, summary } = await scan(changes);
    expect(results).toEqual({ failed_checks: [], parsing_errors: [] });
    expect(summary.passed).toBeGreaterThan(passed);
  });

  it("is each fault that the test adds", async () => {
    const { results } = await scan({}, (json) =>
      json.replace('"http_tokens": "required"', '"http_tokens": "optional"'),
    );
    expect(results.failed_checks.map(({ check_id }) => check_id)).toEqual(["CKV_AWS_79"]);
  });
});
