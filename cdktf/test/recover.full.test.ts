import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { must } from "../../deploy/run.ts";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

/** Overrides the synthesised stack of this folder with the emulator's gaps. */
function adapt(home: string): void {
  const stack = join(home, "cdktf.out", "stacks", "dev");
  writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
}

/** The names of the resources in a state. */
function addresses(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/"name": "(\w[\w-]*_[0-9A-F]{8})"/g)]
    .map(([, name = ""]) => name)
    .sort();
}

const versionsShape = z.object({ Versions: z.array(z.object({ VersionId: z.string(), IsLatest: z.boolean() })) });

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
    adapt(folder);
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

  it("is rejected if the state exists", async () => {
    const { status, output } = await command("recover", "--yes");
    expect([status, output]).toEqual([1, expect.stringMatching(/dev\.tfstate exists: `npm run plan` shows/)]);
  });

  it("rebuilds a lost state: the same host, and a plan without changes", async () => {
    renameSync(state, `${state}.lost`);
    // As after a full disk.
    writeFileSync(state, "");
    expect((await command("deploy", "--yes", "--no-images")).status).toBe(2);
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

  it("creates a lost host again by the next deploy", async () => {
    await clientOf(EC2Client, moto).send(new TerminateInstancesCommand({ InstanceIds: [host] }));
    const { status, output } = await command("deploy", "--yes", "--no-images");
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(await hostId()).not.toBe(host);
    expect((await command("plan")).status).toBe(0);
  });
});

describeWith(["moto", "aws"], "the state of a stage with a cluster", () => {
  const Bucket = "analyze-state-123456789012-eu-central-1";
  const Key = "prod.tfstate";
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
    const s3 = clientOf(S3Client, moto);
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }),
    );
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    for (const Body of ["good", "damaged"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  });

  afterAll(() => moto.stop());

  it("is restored from an earlier version by the commands of docs/aws.md", async () => {
    const page = readFileSync(new URL("../../docs/aws.md", import.meta.url), "utf8");
    const row = page.split("\n").find((line) => line.startsWith("| the state, kept in a bucket")) ?? "";
    const [list = "", restore = ""] = [...row.matchAll(/`(aws [^`]+)`/g)].map(([, command = ""]) => command);
    const sh = (command: string, V = ""): Promise<string> =>
      must("sh", ["-c", command.replaceAll(/\bB\b/g, Bucket).replaceAll(/=V\b/g, `=${V}`)], { env: moto.env });
    const { Versions } = versionsShape.parse(JSON.parse(await sh(list)));
    const earlier = Versions.find(({ IsLatest }) => !IsLatest)?.VersionId;
    await sh(restore, earlier);
    const { Body } = await clientOf(S3Client, moto).send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toBe("good");
  });
});
