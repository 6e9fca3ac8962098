import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { readDeployed } from "./deployed.ts";
import { readOutputs } from "./outputs.ts";
import { readLock } from "./place.ts";

const place = { stage: "dev", bucket: null, region: "eu-central-1" };
const before = process.cwd();

beforeEach(() => {
  process.chdir(temporaryFolder());
  mkdirSync("state");
});

afterEach(() => process.chdir(before));

it.each(['{"outputs":', "[]", '{"outputs":{"a":1}}'])("says what to do about a state that is %s", async (text) => {
  writeFileSync("state/dev.tfstate", text);
  await expect(readOutputs(place)).rejects.toThrow(
    /^cdktf\/state\/dev\.tfstate is damaged\. Restore an earlier version, or move/,
  );
});

it.each(["{", "{}"])("says what to do about settings that are %s", async (text) => {
  writeFileSync("state/dev.settings.json", text);
  await expect(readDeployed(place)).rejects.toThrow(/^cdktf\/state\/dev\.settings\.json is damaged\. Delete it/);
});

it.each(["", "{}"])("treats a lock file with '%s' as a lock", async (text) => {
  writeFileSync("state/.dev.tfstate.lock.info", text);
  expect(await readLock(place)).toMatchObject({ Who: "somebody" });
});
