import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostEnvironment } from "./environment.ts";

const before = process.cwd();
const nobody = { HOME: "/nonexistent" };

beforeAll(() => {
  process.chdir(mkdtempSync(join(tmpdir(), "analyze-host-")));
  const settings = { ANALYZE_ACCESS: "ssm", ANALYZE_URL: "https://analyze.example.org/" };
  const deployed = { region: "eu-west-1", account: "123456789012", settings, publicKey: "ssh-ed25519 AAAA", ca: null };
  mkdirSync("state");
  writeFileSync("state/dev.settings.json", JSON.stringify(deployed));
});

afterAll(() => process.chdir(before));

it("uses only region and access of the deployed stage: of its key, that has only the public half", async () => {
  expect(await hostEnvironment(nobody)).toEqual({ ...nobody, AWS_REGION: "eu-west-1", ANALYZE_ACCESS: "ssm" });
});

it("gives precedence to the environment", async () => {
  const own = { ...nobody, AWS_REGION: "us-east-1", ANALYZE_ACCESS: "ssh" };
  expect(await hostEnvironment(own)).toEqual(own);
  expect(await hostEnvironment({ ...nobody, AWS_DEFAULT_REGION: "us-east-1" })).not.toHaveProperty("AWS_REGION");
});

it("leaves an invalid bucket to the caller's report", async () => {
  const wrong = { ...nobody, ANALYZE_STATE_BUCKET: "s3://states" };
  expect(await hostEnvironment(wrong)).toEqual(wrong);
});

it("changes nothing for a stage that was not deployed from here or does not exist", async () => {
  for (const stage of ["prod", "test"]) {
    expect(await hostEnvironment({ ...nobody, ANALYZE_STAGE: stage })).toEqual({ ...nobody, ANALYZE_STAGE: stage });
  }
});
