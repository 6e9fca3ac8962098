import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "./support/emulator-gaps.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

/** The names of the resources in a state. */
function addresses(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/"name": "(\w[\w-]*_[0-9A-F]{8})"/g)]
    .map(([, name = ""]) => name)
    .sort();
}

describeWith(["terraform", "moto"], "the recovery drill of stage dev", () => {
  const folder = temporaryFolder();
  const state = join(folder, "state/dev.tfstate");
  let moto: Moto;
  let env: NodeJS.ProcessEnv;
  let host: string;

  beforeAll(async () => {
    moto = await startMoto();
    env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env };
    await run("main.ts", []);
    const stack = join(folder, "cdktf.out", "stacks", "dev");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
    await command("deploy", "--yes", "--no-images");
    host = await hostId();
  });

  afterAll(() => moto.stop());

  async function run(program: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: folder, env: { ...env, ...settings } };
    const started = startProgram(process.execPath, [join(sources, program), ...args], options);
    return { status: await started.ended, output: started.output() };
  }

  const command = (...args: string[]): Promise<Ran> => run("commands/main.ts", args);

  async function hostId(): Promise<string> {
    const Filters = [{ Name: "instance-state-name", Values: ["running"] }];
    const answer = await clientOf(EC2Client, moto).send(new DescribeInstancesCommand({ Filters }));
    return answer.Reservations?.[0]?.Instances?.[0]?.InstanceId ?? "none";
  }

  it("refuses where the state is there", async () => {
    const { status, output } = await command("recover", "--yes");
    expect([status, output]).toEqual([2, expect.stringMatching(/dev\.tfstate exists: `npm run plan` shows/)]);
  });

  it("makes a lost state again: the same host, and a plan without changes", async () => {
    renameSync(state, `${state}.lost`);
    rmSync(join(folder, "state/dev.settings.json"));
    const refused = await command("deploy", "--yes", "--no-images");
    expect([refused.status, refused.output]).toEqual([2, expect.stringContaining("npm run recover")]);
    const { status, output } = await command("recover", "--yes");
    expect([status, output]).toEqual([0, expect.stringMatching(/\d+ imported[^]* 0 destroyed[^]*is complete/)]);
    const planned = await command("plan");
    expect([planned.status, planned.output]).toEqual([0, expect.stringContaining("No changes.")]);
    expect(await hostId()).toBe(host);
    expect(addresses(state)).toEqual(addresses(`${state}.lost`));
  });

  it("creates a host that is lost, by the next deploy", async () => {
    await clientOf(EC2Client, moto).send(new TerminateInstancesCommand({ InstanceIds: [host] }));
    const { status, output } = await command("deploy", "--yes", "--no-images");
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(await hostId()).not.toBe(host);
    expect((await command("plan")).status).toBe(0);
  });

  it("refuses a stage with a cluster, whose state is in a versioned bucket", async () => {
    const { status, output } = await run("commands/main.ts", ["recover", "--yes"], production);
    expect([status, output]).toEqual([2, expect.stringMatching(/cannot be found by their tags: .*aws_eks_cluster/)]);
    expect(output).toContain("Restore an earlier version");
  });
});
