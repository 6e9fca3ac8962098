import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateVpcCommand, DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetObjectCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { freePort } from "../../test/support/ports.ts";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));
const stateShape = z.object({ outputs: z.record(z.string(), z.object({ value: z.string() })) });

/** A person who has lost every setting: no address, no key file, no CA file. */
const noSettings = { ANALYZE_SSH_CIDR: "", ANALYZE_SSH_PUBLIC_KEY_FILE: "", ANALYZE_CA_FILE: "" };

/** Overrides a synthesised stack with the emulator's gaps. */
function adapt(home: string): void {
  const stack = join(home, "cdktf.out", "stacks", "dev");
  writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
}

describeWith(["terraform", "moto"], "a stage by its commands, as a person types them", () => {
  const folder = temporaryFolder();
  let moto: Moto;
  let s3: S3Client;
  let ec2: EC2Client;
  let env: NodeJS.ProcessEnv;
  let bucket: string;
  /** The first release, and the one that replaced it. */
  let first: string;
  let second: string;

  beforeAll(async () => {
    moto = await startMoto();
    s3 = clientOf(S3Client, moto);
    ec2 = clientOf(EC2Client, moto);
    env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env };
    writeFileSync(
      join(folder, "cdktf.json"),
      JSON.stringify({ language: "typescript", app: `node ${sources}/main.ts` }),
    );
    await run("main.ts");
    adapt(folder);
  });

  afterAll(() => moto.stop());

  async function run(
    program: string,
    args: string[] = [],
    settings: NodeJS.ProcessEnv = {},
    cwd = folder,
  ): Promise<Ran> {
    const started = startProgram(process.execPath, [join(sources, program), ...args], {
      cwd,
      env: { ...env, ...settings },
    });
    return { status: await started.ended, output: started.output() };
  }

  function command(args: string[], settings: NodeJS.ProcessEnv = {}, cwd = folder): Promise<Ran> {
    return run("commands/main.ts", args, settings, cwd);
  }

  async function current(): Promise<string | undefined> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "client/current" }));
    return Body?.transformToString();
  }

  async function hostId(): Promise<string | undefined> {
    const Filters = [{ Name: "instance-state-name", Values: ["running"] }];
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations?.[0]?.Instances?.[0]?.InstanceId;
  }

  it("cdktf deploy works with the original command line, on its Node version, and publishes the release", async () => {
    const { status, output } = await command(["cdktf", "deploy", "dev", "--auto-approve"]);
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(output).toContain("login-command");
    first = /release ([0-9a-f]{64}) is published/.exec(output)?.[1] ?? "";
    bucket =
      stateShape.parse(JSON.parse(readFileSync(join(folder, "state/dev.tfstate"), "utf8"))).outputs["release-bucket"]
        ?.value ?? "";
    expect(await current()).toBe(first);
  });

  it("a second deploy changes nothing, and prints the host's address", async () => {
    const { status, output } = await command(["deploy", "--yes", "--no-images"]);
    expect([status, output]).toEqual([0, expect.stringContaining("No changes.")]);
    expect(output).toContain(`client's release ${first} is published, unchanged`);
    expect(output).toMatch(/log-command +ssh ec2-user@[\d.]+ tail -F \/var\/log\/analyze\.log/);
  });

  it("plan needs no settings for a deployed stage, shows those that it uses, and exits with 0 if nothing changes", async () => {
    const { status, output } = await command(["plan"], noSettings);
    expect([status, output]).toEqual([0, expect.stringContaining("No changes.")]);
    expect(output).toContain('settings of cdktf/state/dev.settings.json: ANALYZE_SSH_CIDR="203.0.113.7/32"');
  });

  it("client:update publishes a new schedule; each rollback and roll forward changes the release that hosts read", async () => {
    const update = await command(["client-update"], { ANALYZE_SCHEDULE: "*/5 * * * *" });
    second = /release ([0-9a-f]{64}) is published/.exec(update.output)?.[1] ?? "";
    expect([update.status, second === first, await current()]).toEqual([0, false, second]);
    const back = await command(["client-update", "--to", first], noSettings);
    expect([back.status, back.output]).toEqual([0, expect.stringContaining(`release ${first} is published again`)]);
    expect(await current()).toBe(first);
    // The schedule is now a setting of the stage: nobody must repeat it.
    const forward = await command(["client-update"], noSettings);
    expect([forward.status, await current()]).toEqual([0, second]);
  });

  it("plan exits with 2 if only the release differs, and deploy publishes it", async () => {
    await command(["client-update", "--to", first], noSettings);
    const planned = await command(["plan"], noSettings);
    expect([planned.status, planned.output]).toEqual([2, expect.stringContaining(`release: ${first} → ${second}`)]);
    const deployed = await command(["deploy", "--yes", "--no-images"], noSettings);
    expect([deployed.status, await current()]).toEqual([0, second]);
  });

  it("deploy --replace-host changes nothing if it cannot save the host's log first", async () => {
    const before = await hostId();
    // Nothing listens there.
    const { status, output } = await command(["deploy", "--yes", "--no-images", "--replace-host"], {
      ...noSettings,
      ANALYZE_SSH_PORT: String(await freePort()),
    });
    expect([status, output]).toEqual([
      1,
      expect.stringMatching(/The log of i-\w+ could not be saved\.[^]*Nothing was changed\./),
    ]);
    expect([output.includes("is replaced"), await hostId()]).toEqual([false, before]);
  });

  it("destroy of a protected stage is rejected before anything is deleted", async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, "state"));
    const resource = { mode: "managed", type: "aws_vpc", name: "vpc", instances: [{}] };
    writeFileSync(join(home, "state/prod.tfstate"), JSON.stringify({ version: 4, resources: [resource] }));
    const { status, output } = await command(["destroy", "--yes"], production, home);
    expect([status, output]).toEqual([
      2,
      expect.stringContaining("nothing was deleted: `npm run destroy -- --unprotect`"),
    ]);
  });

  it("every command that changes something rejects a mistyped region and suggests the right one", async () => {
    for (const args of [["deploy", "--yes"], ["plan"], ["destroy", "--yes"], ["client-update"]]) {
      const { status, output } = await command(args, { AWS_REGION: "eu-west-1" });
      // Exit code 2 of `plan` means that there are changes.
      const expected = args[0] === "plan" ? 1 : 2;
      expect([args, status, output]).toEqual([args, expected, expect.stringContaining("is deployed in eu-central-1")]);
      expect(output).toContain("Set AWS_REGION=eu-central-1");
    }
  });

  it("a fresh clone without the state is rejected, because it would create everything a second time", async () => {
    const { status, output } = await command(["deploy", "--yes"], {}, temporaryFolder());
    expect([status, output]).toEqual([2, expect.stringContaining("is in eu-central-1 already")]);
    expect(output).toContain("Set ANALYZE_STATE_BUCKET");
  });

  it("destroy asks for confirmation, needs no settings, and names what a killed apply left", async () => {
    const tags = Object.entries({ project: "analyze", stage: "dev" }).map(([Key, Value]) => ({ Key, Value }));
    const orphan = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.99.0.0/24", TagSpecifications: [{ ResourceType: "vpc", Tags: tags }] }),
    );
    const asked = await command(["destroy"], noSettings);
    expect([asked.status, asked.output]).toEqual([1, expect.stringContaining("Do you really want to destroy")]);
    const { status, output } = await command(["destroy", "--yes"], noSettings);
    expect([status, output]).toEqual([0, expect.stringContaining("stage dev is gone")]);
    expect(output).toContain(`vpc ${orphan.Vpc?.VpcId}`);
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => IsDefault !== true)).toHaveLength(1);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([]);
    expect(existsSync(join(folder, "state/dev.settings.json"))).toBe(false);
  });

  it("reports all invalid settings at once, and says what to do without credentials", async () => {
    const faults = await run("main.ts", [], { ANALYZE_SSH_CIDR: "", AWS_REGION: "Frankfurt" });
    expect(faults.status).toBe(2);
    expect(faults.output).toMatch(/AWS_REGION="Frankfurt"[^]*ANALYZE_SSH_CIDR is not set/);
    const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: folder };
    const { status, output } = await command(["deploy", "--yes"], nobody);
    expect([status, output]).toEqual([
      1,
      expect.stringContaining("No AWS credentials were found: run `aws configure`"),
    ]);
  });
});
