import { afterAll, beforeAll, expect, it } from "vitest";
import { fileURLToPath } from "node:url";
import { type Builder, startBuilder } from "../../test/shipping/builder.ts";
import { command, type NearCluster, nearCluster } from "../../test/shipping/near-cluster.ts";
import { describeWhere } from "../../test/support/requirements.ts";
import { cliConfig } from "./support/terraform.ts";

const pipeline = fileURLToPath(new URL("../../deploy/pipeline/main.ts", import.meta.url));
const needs = ["cluster", "localNode", "docker", "docker-registry", "htpasswd", "root", "terraform", "moto"] as const;

const copied = (name: string): unknown =>
  expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+/analyze-prod/${name}@sha256:`));

describeWhere("shipping", [...needs], "npm run pipeline -- prod --dry", () => {
  let builder: Builder;
  let near: NearCluster;

  beforeAll(async () => {
    near = await nearCluster();
    builder = await startBuilder();
  });
  afterAll(async () => {
    await near.stop();
    await builder.stop();
  });

  it("applies the plan that its first job has shown, copies the release that was verified, and ends with its verified answer", async () => {
    const { status, output } = await command([pipeline, "prod", "--dry"], { ...cliConfig(), ...builder.env });
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("commands, all passed") });
    expect(output).toMatch(/deploy -- --plan [0-9a-f]{64}/);
    expect(output).toMatch(/Apply complete!/);
    expect(output).toMatch(/▸ 127\.0\.0\.1:\d+\/analyze-prod\/web … done/);
    expect(output).toMatch(/A verified POST through it … /);
    await expect.poll(near.running, { timeout: 60_000 }).toEqual([copied("web"), copied("worker")]);
  }, 1_200_000);
});
