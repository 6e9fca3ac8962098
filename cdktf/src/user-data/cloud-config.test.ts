import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { cloudConfig, userDataBytes, userDataLimit } from "./cloud-config.ts";
import { readHostScripts } from "./scripts.ts";

const source = { bucket: "analyze-dev-releases-20261121090551263700000002", region: "eu-central-1", logGroup: null };

it("is a cloud-config, with room to spare below EC2's limit", () => {
  const text = cloudConfig(source, readHostScripts());
  expect(text).toMatch(/^#cloud-config\n/);
  expect(userDataBytes(text)).toBeLessThan(userDataLimit / 4);
});

it("is a pure function: the same source gives the same text, another bucket another one", () => {
  const text = cloudConfig(source, readHostScripts());
  expect(cloudConfig(source, readHostScripts())).toBe(text);
  expect(cloudConfig({ ...source, bucket: "other" }, readHostScripts())).not.toBe(text);
});

it.each(["analyze-setup.sh", "analyze-update.sh", "analyze.sh"])("%s is a script that bash can read", (name) => {
  const file = fileURLToPath(new URL(name, import.meta.url));
  expect(spawnSync("bash", ["-n", file], { encoding: "utf8" }).stderr).toBe("");
});
