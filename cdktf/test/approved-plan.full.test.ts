import { globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

describeWith(["terraform", "moto"], "a plan that a person has approved by its hash", () => {
  const folder = temporaryFolder();
  const summary = join(mkdtempSync(join(tmpdir(), "summary-")), "summary.md");
  let moto: Moto;
  let hash = "";

  beforeAll(async () => {
    moto = await startMoto();
    await run("main.ts", []);
    const stack = join(folder, "cdktf.out", "stacks", "dev");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
    writeFileSync(summary, "");
  });

  afterAll(() => moto.stop());

  async function run(program: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env, ...settings };
    const started = startProgram(process.execPath, [join(sources, program), ...args], { cwd: folder, env });
    return { status: await started.ended, output: started.output() };
  }

  const deploy = (plan: string, settings?: NodeJS.ProcessEnv) =>
    run("commands/main.ts", ["deploy", "--yes", "--no-images", "--plan", plan], settings);

  async function networks(): Promise<number> {
    const { Vpcs = [] } = await clientOf(EC2Client, moto).send(new DescribeVpcsCommand({}));
    return Vpcs.filter(({ IsDefault }) => IsDefault !== true).length;
  }

  it("is shown with its hash, to the person and in the pipeline's summary, the same one twice", async () => {
    const planned = await run("commands/main.ts", ["plan", "--approval"], { GITHUB_STEP_SUMMARY: summary });
    hash = /deploy -- --plan ([0-9a-f]{64})/.exec(planned.output)?.[1] ?? planned.output;
    expect(planned).toMatchObject({ status: 0, output: expect.stringContaining(hash) });
    expect(readFileSync(summary, "utf8")).toMatch(new RegExp(`^- create aws_vpc[^]*\`${hash}\``, "m"));
    expect((await run("commands/main.ts", ["plan", "--approval"])).output).toContain(hash);
    expect(globSync("**/*.tfplan", { cwd: folder })).toEqual([]);
  });

  it("is not applied if the settings have changed since, or if the hash differs", async () => {
    const refused = { status: 1, output: expect.stringContaining("The plan is not the approved one") };
    expect(await deploy(hash, { ANALYZE_SSH_CIDR: "203.0.113.99/32" })).toEqual(refused);
    expect(await deploy("0".repeat(64))).toEqual(refused);
    expect(await networks()).toBe(0);
  });

  it("is applied as approved, and leaves nothing to apply", async () => {
    expect(await deploy(hash)).toMatchObject({ status: 0 });
    expect(await networks()).toBeGreaterThan(0);
    expect((await deploy(hash)).output).toContain("The plan is not the approved one");
  });
});
