import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { App } from "cdktf";
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { AnalyzeStack } from "../src/stacks/analyze-stack.ts";
import { clientOf } from "./support/aws.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Ran, terraformIn } from "./support/terraform.ts";

const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));

describeWith(["terraform", "moto"], "the state in S3", () => {
  let moto: Moto;
  let bucket: string;

  beforeAll(async () => {
    moto = await startMoto();
    const program = startProgram(process.execPath, [main, "bootstrap"], { env: { ...process.env, ...moto.env } });
    await program.ended;
    bucket = /ANALYZE_STATE_BUCKET=(\S+)/.exec(program.output())?.[1] ?? "";
  });

  afterAll(() => moto.stop());

  /** A stack of one network, which takes ten seconds to make: time for another to come. `out`: the folder cdktf.out of a checkout. */
  function place(name = "small", out = temporaryFolder()): ReturnType<typeof terraformIn> {
    const app = new App({ outdir: out });
    const stack = new AnalyzeStack(app, name, {
      stage: "dev",
      region: "eu-central-1",
      stateBucket: bucket,
      permissionsBoundary: null,
    });
    new Vpc(stack, "vpc", { cidrBlock: "10.75.0.0/24" });
    app.synth();
    const folder = join(out, "stacks", name);
    // moto answers under one host name.
    const backend = {
      terraform: {
        backend: {
          s3: {
            bucket,
            key: `${name}.tfstate`,
            region: "eu-central-1",
            encrypt: true,
            use_lockfile: true,
            use_path_style: true,
          },
        },
      },
    };
    writeFileSync(join(folder, "moto_override.tf.json"), JSON.stringify(backend));
    return terraformIn(folder, moto.env);
  }

  it("is kept in a versioned, encrypted, private bucket; a second bootstrap changes nothing", async () => {
    const s3 = clientOf(S3Client, moto);
    const again = startProgram(process.execPath, [main, "bootstrap"], { env: { ...process.env, ...moto.env } });
    expect(await again.ended).toBe(0);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe("Enabled");
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } },
    ]);
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  });

  it("is denied without TLS", async () => {
    const s3 = clientOf(S3Client, moto);
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(Policy).toContain('"Effect":"Deny"');
    expect(Policy).toContain('"aws:SecureTransport":"false"');
    // moto applies a Deny without its condition, and uses HTTP: the next test could not continue.
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  });

  it("lets one of two applies run; the other names the holder of the lock, and nothing is lost", async () => {
    const [one, other] = [place(), place()];
    await Promise.all([one(["init", "-input=false"]), other(["init", "-input=false"])]);
    const apply = ["apply", "-auto-approve", "-input=false", "-no-color", "-lock-timeout=0s"];
    const both = await Promise.all([one(apply, [0, 1]), other(apply, [0, 1])]);
    expect(both.filter(({ status }) => status === 0)).toHaveLength(1);
    expect(both.find(({ status }) => status === 1)?.output).toMatch(/Error acquiring the state lock[^]*Who:/);
    const { output } = await other(["plan", "-detailed-exitcode", "-input=false", "-no-color"], [0, 2]);
    expect(output).toContain("No changes.");
  });

  /** A command in a checkout's folder cdktf/, with the setting that names the bucket unless `settings` says otherwise. */
  async function command(cwd: string, args: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const env = { ...process.env, ...moto.env, ANALYZE_STATE_BUCKET: bucket, ...settings };
    const program = startProgram(process.execPath, [main, ...args], { cwd, env });
    return { status: await program.ended, output: program.output() };
  }

  it("does not move while it is locked; the lock of a killed apply is named, and removed after confirmation", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state/dev.tfstate"), "{}");
    writeFileSync(join(folder, "state/.dev.tfstate.lock.info"), lockInfo);
    const refused = await command(folder, ["state", "--to", "s3"]);
    expect([refused.status, refused.output]).toEqual([
      1,
      expect.stringMatching(/is locked by someone@somewhere since 2026-\S+ \(OperationTypeApply\).*-- --unlock/),
    ]);
    const here = { ANALYZE_STATE_BUCKET: "" };
    const asked = await command(folder, ["state", "--unlock"], here);
    expect([asked.status, asked.output]).toEqual([1, expect.stringContaining("The lock stays.")]);
    expect((await command(folder, ["state", "--unlock", "--yes"], here)).status).toBe(0);
    const again = await command(folder, ["state", "--unlock"], here);
    expect([again.status, again.output]).toEqual([1, expect.stringContaining("is not locked")]);
  });

  it("is recovered after an apply that could not write it: every command names it, and none creates its network again", async () => {
    const checkout = temporaryFolder();
    const terraform = place("dev", join(checkout, "cdktf.out"));
    const [s3, ec2] = [clientOf(S3Client, moto), clientOf(EC2Client, moto)];
    const networks = async () => (await ec2.send(new DescribeVpcsCommand({ Filters: ours }))).Vpcs ?? [];
    const before = (await networks()).length;
    await terraform(["init", "-input=false"]);
    // As if the AWS session expired while it creates the network: its state cannot be written, nor its lock removed.
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: denial(bucket) }));
    const apply = await terraform(["apply", "-auto-approve", "-input=false", "-no-color"], [1]);
    expect(apply.output).toContain("errored.tfstate");
    expect((await networks()).length).toBe(before + 1);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    const settings = environment();
    for (const args of [["deploy", "--yes"], ["destroy", "--yes"], ["plan"], ["state", "--to", "local"]] as const) {
      const { status, output } = await command(checkout, args, settings);
      expect([args, status, output]).toEqual([args, 1, expect.stringMatching(/errored\.tfstate alone.*-- --restore/)]);
    }
    const locked = await command(checkout, ["state", "--restore"]);
    expect([locked.status, locked.output]).toEqual([1, expect.stringContaining("-- --unlock")]);
    expect((await command(checkout, ["state", "--unlock", "--yes"])).status).toBe(0);
    expect((await command(checkout, ["state", "--restore"])).status).toBe(0);
    const { output } = await terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"]);
    expect(output).toContain("No changes.");
    expect((await command(checkout, ["state", "--restore"])).status).toBe(1);
  });

  it("client:update publishes nothing if it cannot keep the settings", async () => {
    const s3 = clientOf(S3Client, moto);
    const location = { LocationConstraint: "eu-central-1" } as const;
    await s3.send(new CreateBucketCommand({ Bucket: "releases", CreateBucketConfiguration: location }));
    const outputs = { "release-bucket": { value: "releases" } };
    const Body = JSON.stringify({ version: 4, outputs, resources: [{ mode: "managed" }] });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "prod.tfstate", Body }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: denial(bucket, "prod.settings.json") }));
    const settings = { ...environment(production), ANALYZE_STAGE: "prod" };
    const { status, output } = await command(temporaryFolder(), ["client-update"], settings);
    expect([status, output]).toEqual([1, expect.stringContaining("AWS refused it")]);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: "releases" }))).Contents).toBeUndefined();
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    expect((await command(temporaryFolder(), ["client-update"], settings)).status).toBe(0);
    expect((await s3.send(new ListObjectsV2Command({ Bucket: "releases" }))).Contents).not.toHaveLength(0);
  });
});

/** Terraform's lock file beside a state. */
const lockInfo = JSON.stringify({
  ID: "0d3b6e64-2d9f-4a55-9d5c-0f4c7f6f2c1e",
  Operation: "OperationTypeApply",
  Who: "someone@somewhere",
  Created: "2026-11-26T03:00:00Z",
});

/** Networks of this project. */
const ours = [{ Name: "tag:project", Values: ["analyze"] }];

/** A policy under which Terraform can lock the state of dev, but neither write it nor remove the lock; or nobody writes another object. */
function denial(bucket: string, key = "dev.tfstate"): string {
  const both = { Effect: "Deny", Principal: "*" };
  const statements = [
    { ...both, Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/${key}` },
    { ...both, Action: "s3:DeleteObject", Resource: `arn:aws:s3:::${bucket}/*` },
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
