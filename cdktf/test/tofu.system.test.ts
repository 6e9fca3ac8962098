import { globSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWhere } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

/** OpenTofu uses its own registry: this folder has the providers of Terraform's mirror under that registry's name. */
function mirrorForTofu(mirror: string): string {
  const folder = temporaryFolder();
  for (const platform of globSync("registry.terraform.io/*/*/*/*", { cwd: mirror })) {
    const place = join(folder, platform.replace("registry.terraform.io", "registry.opentofu.org"));
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(mirror, platform), place);
  }
  return folder;
}

describeWhere("tofu", ["tofu", "moto"], "stage dev with ANALYZE_TERRAFORM=tofu", () => {
  const folder = temporaryFolder();
  let moto: Moto;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    moto = await startMoto();
    const mirror = process.env["TF_PLUGIN_MIRROR"];
    if (mirror !== undefined) vi.stubEnv("TF_PLUGIN_MIRROR", mirrorForTofu(mirror));
    env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env };
    vi.unstubAllEnvs();
    await run("main.ts", []);
    const stack = join(folder, "cdktf.out", "stacks", "dev");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
  });

  afterAll(() => moto.stop());

  async function run(program: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: folder, env: { ...env, ...settings } };
    const started = startProgram(process.execPath, [join(sources, program), ...args], options);
    return { status: await started.ended, output: started.output() };
  }

  it("is applied, planned without changes, and destroyed by OpenTofu", async () => {
    const deployed = await run("commands/main.ts", ["deploy", "--yes", "--no-images"], { ANALYZE_TERRAFORM: "tofu" });
    expect([deployed.status, deployed.output]).toEqual([0, expect.stringContaining("OpenTofu")]);
    const planned = await run("commands/main.ts", ["plan"]);
    expect([planned.status, planned.output]).toEqual([0, expect.stringMatching(/OpenTofu has compared[^]*no changes/)]);
    const destroyed = await run("commands/main.ts", ["destroy", "--yes"]);
    expect([destroyed.status, destroyed.output]).toEqual([0, expect.stringContaining("stage dev is gone")]);
    const { Vpcs = [] } = await clientOf(EC2Client, moto).send(new DescribeVpcsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => IsDefault !== true)).toEqual([]);
  });
});
