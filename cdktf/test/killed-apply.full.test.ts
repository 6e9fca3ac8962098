import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Program, startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { hasResources } from "../src/state/terraform-state.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

describeWith(["terraform", "moto", "linux"], "an apply that is killed, by kill -9 of Terraform", () => {
  const folder = temporaryFolder();
  let moto: Moto;
  let env: NodeJS.ProcessEnv;
  let lost: string;

  beforeAll(async () => {
    moto = await startMoto();
    env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env };
    await start("main.ts").ended;
    const stack = join(folder, "cdktf.out/stacks/dev");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
  });

  afterAll(() => moto.stop());

  function start(program: string, args: string[] = [], settings: NodeJS.ProcessEnv = {}): Program {
    return startProgram(process.execPath, [join(sources, program), ...args], {
      cwd: folder,
      env: { ...env, ...settings },
    });
  }

  async function command(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const program = start("commands/main.ts", args, settings);
    return { status: await program.ended, output: program.output() };
  }

  async function networks(): Promise<string[]> {
    const Filters = [{ Name: "tag:project", Values: ["analyze"] }];
    const { Vpcs = [] } = await clientOf(EC2Client, moto).send(new DescribeVpcsCommand({ Filters }));
    return Vpcs.map(({ VpcId = "" }) => VpcId);
  }

  it("exits with the code of the kill, while a network is created that is not in the state", async () => {
    const deploy = start("commands/main.ts", ["deploy", "--yes", "--no-images"]);
    // Terraform waits ten seconds for a network before it writes it to the state, which has other resources by then.
    const state = join(folder, "state/dev.tfstate");
    const isWritten = (): boolean => existsSync(state) && hasResources(readFileSync(state, "utf8"));
    const isBetween = async (): Promise<boolean> => isWritten() && (await networks()).length > 0;
    await vi.waitUntil(isBetween, { timeout: 250_000, interval: 100 });
    process.kill(terraformIn(folder), "SIGKILL");
    expect([await deploy.ended, deploy.output()]).toEqual([1, expect.stringContaining("failed with exit code 137")]);
    [lost = ""] = await networks();
    expect(readFileSync(state, "utf8")).not.toContain(lost);
  });

  it("is reported by plan, which continues from the state", async () => {
    const { status, output } = await command(["plan"]);
    expect([status, output]).toEqual([2, expect.stringMatching(new RegExp(`are in no state[^]*vpc ${lost}\n`))]);
  });

  it("leaves only what destroy names", async () => {
    const { status, output } = await command(["destroy", "--yes"]);
    expect([status, output]).toEqual([0, expect.stringContaining(`vpc ${lost}\n`)]);
    expect(await networks()).toEqual([lost]);
  });
});

/** Terraform's process in this checkout: its working directory is the stack's folder. */
function terraformIn(folder: string): number {
  const isOurs = (pid: string): boolean => {
    try {
      const isHere = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return isHere && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("terraform\0");
    } catch {
      // It has ended meanwhile.
      return false;
    }
  };
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && isOurs(name));
  if (pid === undefined) throw new Error("no Terraform runs");
  return Number(pid);
}
