import { expect, it } from "vitest";
import { describeDryRuns } from "../../test/shipping/dry-run.ts";
import { cliConfig } from "./support/terraform.ts";

const copied = (name: string): unknown =>
  expect.stringMatching(new RegExp(`^127\\.0\\.0\\.1:\\d+/analyze-prod/${name}@sha256:`));

describeDryRuns(["terraform", "moto"], "npm run pipeline -- prod --dry", ({ near, dry }) => {
  it("applies the plan that its first job has shown, copies the release that was verified, and ends with its verified answer", async () => {
    const { status, output } = await dry("prod", cliConfig());
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining("commands, all passed") });
    expect(output).toMatch(/deploy -- --plan [0-9a-f]{64}/);
    expect(output).toMatch(/Apply complete!/);
    expect(output).toMatch(/▸ 127\.0\.0\.1:\d+\/analyze-prod\/web … done/);
    expect(output).toMatch(/A verified POST through it … /);
    await expect.poll(near().running, { timeout: 60_000 }).toEqual([copied("web"), copied("worker")]);
  }, 1_200_000);
});
