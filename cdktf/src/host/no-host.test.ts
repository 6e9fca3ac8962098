import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { explainNoHost } from "./no-host.ts";

const before = process.cwd();
const nobody = { HOME: "/nonexistent" };

afterAll(() => process.chdir(before));

/** In a clone that has deployed these stages to these regions. */
function enterClone(regions: Readonly<Record<string, string>>): void {
  process.chdir(mkdtempSync(join(tmpdir(), "analyze-no-host-")));
  mkdirSync("state");
  for (const [stage, region] of Object.entries(regions)) {
    const deployed = { region, account: "123456789012", settings: {}, publicKey: null, ca: null };
    writeFileSync(`state/${stage}.settings.json`, JSON.stringify(deployed));
  }
}

it.each([
  [
    "a mistyped AWS_REGION",
    { dev: "eu-central-1", prod: "eu-west-1" },
    { AWS_REGION: "eu-west-3" },
    "eu-west-3",
    "No host of stage dev (the default) is in eu-west-3 (AWS_REGION). Stages of this clone: dev in eu-central-1, prod in eu-west-1. Set AWS_REGION=eu-central-1.",
  ],
  [
    "AWS_DEFAULT_REGION",
    { dev: "eu-central-1" },
    { AWS_DEFAULT_REGION: "eu-west-3" },
    "eu-west-3",
    "is in eu-west-3 (AWS_DEFAULT_REGION). Stages of this clone: dev in eu-central-1. Set AWS_REGION=eu-central-1.",
  ],
  [
    "a host that is gone",
    { dev: "eu-west-3" },
    {},
    "eu-west-3",
    "No host of stage dev (the default) is in eu-west-3 (cdktf/state/dev.settings.json). Stages of this clone: dev in eu-west-3. `npm run deploy` makes it again.",
  ],
  [
    "another stage",
    { dev: "eu-west-3" },
    { ANALYZE_STAGE: "prod" },
    "eu-central-1",
    "No host of stage prod (ANALYZE_STAGE) is in eu-central-1 (the default). Stages of this clone: dev in eu-west-3. If stage prod was deployed elsewhere, set AWS_REGION, and ANALYZE_STATE_BUCKET or ANALYZE_STAGE; `npm run deploy` would make a new one here.",
  ],
  ["a new clone", {}, {}, "eu-central-1", "This clone has deployed no stage. If stage dev was deployed elsewhere,"],
])("says where it looked and why there: %s", async (_, regions, env, region, sentence) => {
  enterClone(regions);
  const stage = "ANALYZE_STAGE" in env ? "prod" : "dev";
  const text = await explainNoHost({ stage, region }, { ...nobody, ...env });
  expect(text).toContain(sentence);
  expect(text).toMatch(/If it is another account's, set AWS_PROFILE\.$/);
});

it("names the AWS profile that a region comes from", async () => {
  enterClone({});
  writeFileSync("config", "[profile work]\nregion = eu-north-1\n");
  const env = { ...nobody, AWS_CONFIG_FILE: "config", AWS_PROFILE: "work" };
  const text = await explainNoHost({ stage: "dev", region: "eu-north-1" }, env);
  expect(text).toContain("is in eu-north-1 (the AWS profile work).");
});
