import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { findPlace } from "./find-place.ts";

const before = process.cwd();
const nobody = { HOME: "/nonexistent" };

beforeAll(() => {
  process.chdir(temporaryFolder());
  mkdirSync("state");
});

afterAll(() => process.chdir(before));

it.each<[where: string, note: string | undefined, bucket: string | null]>([
  ["in this checkout", undefined, null],
  ["in the bucket that it was moved to", "analyze-state\n", "analyze-state"],
  ["in this checkout, where a full disk left an empty note", "", null],
])("finds the state %s", async (_, note, bucket) => {
  if (note !== undefined) writeFileSync("state/dev.bucket", note);
  expect(await findPlace(nobody)).toEqual({ stage: "dev", region: "eu-central-1", bucket });
  expect(await findPlace({ ...nobody, ANALYZE_STATE_BUCKET: "other" })).toMatchObject({ bucket: "other" });
});

it("names every wrong setting, and shows no password", async () => {
  const wrong = { AWS_REGION: "eu-centrl-1", ANALYZE_STATE_BUCKET: "s3://user:s3cret@states" };
  const fault = await findPlace({ ...nobody, ...wrong }).catch(String);
  expect(fault).toMatch(/AWS_REGION="eu-centrl-1" is not a region[^]*ANALYZE_STATE_BUCKET is not a bucket's name/);
  expect(fault).not.toContain("s3cret");
});
