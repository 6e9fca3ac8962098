import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { isNotDeployed } from "./not-deployed.ts";
import { describeUnsaved, refuseUnsaved, restoreUnsaved } from "./unsaved.ts";

const place = { stage: "dev", bucket: null, region: "eu-central-1" };
const unsaved = "cdktf.out/stacks/dev/errored.tfstate";
const state = (lineage: string, serial: number): string => JSON.stringify({ version: 4, lineage, serial });
const before = process.cwd();

beforeEach(() => {
  process.chdir(temporaryFolder());
  mkdirSync("state");
  mkdirSync("cdktf.out/stacks/dev", { recursive: true });
});

afterEach(() => process.chdir(before));

it("prints nothing if every apply wrote its state", async () => {
  expect(await describeUnsaved(place)).toBeNull();
  await expect(refuseUnsaved(place)).resolves.toBeUndefined();
  await expect(restoreUnsaved(place)).rejects.toThrow(/errored\.tfstate does not exist/);
});

it.each<[there: string, text: string | null]>([
  ["no state", null],
  ["an earlier one of the same stage", state("a", 3)],
  ["half of one, as a full disk leaves it", state("a", 3).slice(0, -5)],
])("restores over %s", async (_, text) => {
  if (text !== null) writeFileSync("state/dev.tfstate", text);
  writeFileSync(unsaved, state("a", 4));
  await expect(refuseUnsaved(place)).rejects.toThrow(/npm run state -- --restore/);
  // Before AWS is queried: its resources are in the state that was not written.
  await expect(isNotDeployed(place)).rejects.toThrow(/npm run state -- --restore/);
  await restoreUnsaved(place);
  expect([readFileSync("state/dev.tfstate", "utf8"), existsSync(unsaved)]).toEqual([state("a", 4), false]);
});

it.each<[there: string, text: string]>([
  ["the same serial number", state("a", 4)],
  ["a later one", state("a", 5)],
  ["that of another stage", state("b", 1)],
])("does not change a state with %s", async (_, text) => {
  writeFileSync("state/dev.tfstate", text);
  writeFileSync(unsaved, state("a", 4));
  await expect(restoreUnsaved(place)).rejects.toThrow(/has changed since/);
  expect([readFileSync("state/dev.tfstate", "utf8"), existsSync(unsaved)]).toEqual([text, true]);
});

it("does not restore an incomplete state", async () => {
  writeFileSync("state/dev.tfstate", state("a", 3));
  writeFileSync(unsaved, "{");
  await expect(restoreUnsaved(place)).rejects.toThrow(/is damaged/);
});
