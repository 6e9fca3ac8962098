import { DeleteBucketPolicyCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Ran, terraformIn } from "./support/terraform.ts";

const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));

const deployed = { region: "eu-central-1", account: "123456789012", settings: {}, publicKey: null, ca: null };

describeWith(["moto", "terraform"], "npm run state -- --to", () => {
  let moto: Moto;
  let bucket: string;

  beforeAll(async () => {
    moto = await startMoto();
    bucket = await bootstrap("eu-central-1");
  });

  afterAll(() => moto.stop());

  /** The bucket that `npm run bootstrap` makes in a region. moto applies a Deny without its condition, so its policy is removed. */
  async function bootstrap(AWS_REGION: string): Promise<string> {
    const { output } = await command(temporaryFolder(), ["bootstrap"], { AWS_REGION });
    const Bucket = /ANALYZE_STATE_BUCKET=(\S+)/.exec(output)?.[1] ?? "";
    await clientOf(S3Client, moto).send(new DeleteBucketPolicyCommand({ Bucket }));
    return Bucket;
  }

  /** A command in a checkout's folder cdktf/, with the setting that names the bucket unless `settings` says otherwise. */
  async function command(cwd: string, args: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const env = { ...process.env, ...moto.env, ANALYZE_STATE_BUCKET: bucket, ...settings };
    const program = startProgram(process.execPath, [main, ...args], { cwd, env });
    return { status: await program.ended, output: program.output() };
  }

  it("accepts a local state with its settings, and returns both; meanwhile the checkout remembers the bucket", async () => {
    const folder = temporaryFolder();
    const kept = { "dev.tfstate": '{"version": 4}', "dev.settings.json": JSON.stringify(deployed) };
    mkdirSync(join(folder, "state"));
    for (const [name, text] of Object.entries(kept)) writeFileSync(join(folder, "state", name), text);
    const mistyped = await command(folder, ["state", "--to", "s3"], { AWS_REGION: "eu-west-1" });
    expect([mistyped.status, mistyped.output]).toEqual([2, expect.stringContaining("Set AWS_REGION=eu-central-1")]);
    await command(folder, ["state", "--to", "s3"]);
    // The second time, as after a killed move, nothing is lost.
    const moved = await command(folder, ["state", "--to", "s3"]);
    expect([moved.status, moved.output]).toEqual([0, expect.stringContaining(`export ANALYZE_STATE_BUCKET=${bucket}`)]);
    expect(readdirSync(join(folder, "state"))).toEqual(["dev.bucket"]);
    const there = clientOf(S3Client, moto);
    for (const [Key, text] of Object.entries(kept)) {
      const { Body } = await there.send(new GetObjectCommand({ Bucket: bucket, Key }));
      expect(await Body?.transformToString()).toBe(text);
    }
    const back = await command(folder, ["state", "--to", "local"], { ANALYZE_STATE_BUCKET: "" });
    expect([back.status, readdirSync(join(folder, "state")).sort()]).toEqual([0, Object.keys(kept).sort()]);
    const again = await command(folder, ["state", "--to", "local"], { ANALYZE_STATE_BUCKET: "" });
    expect([again.status, again.output]).toEqual([0, expect.stringContaining("cdktf/state/dev.tfstate already")]);
  });

  it("leaves nothing with secrets in the checkout, also not Terraform's backup of the state before the last apply", async () => {
    const folder = temporaryFolder();
    const stack = join(folder, "stack");
    mkdirSync(stack);
    mkdirSync(join(folder, "state"));
    const backend = { local: { path: join(folder, "state/dev.tfstate") } };
    const terraform = terraformIn(stack, moto.env);
    for (const input of ["s3cret-one", "s3cret-two"]) {
      const resource = { terraform_data: { password: { input } } };
      writeFileSync(join(stack, "main.tf.json"), JSON.stringify({ terraform: { backend }, resource }));
      await terraform(["init", "-input=false"]);
      await terraform(["apply", "-auto-approve", "-input=false"]);
    }
    const file = join(folder, "state/dev.tfstate.backup");
    const backup = readFileSync(file, "utf8");
    expect(backup).toContain("s3cret-one");
    const moved = await command(folder, ["state", "--to", "s3"]);
    expect([moved.status, readdirSync(join(folder, "state"))]).toEqual([0, ["dev.bucket"]]);
    // A move that was killed before its end is completed by the next one.
    writeFileSync(file, backup);
    expect((await command(folder, ["state", "--to", "s3"])).status).toBe(0);
    expect(readdirSync(join(folder, "state"))).toEqual(["dev.bucket"]);
    // Of another state, it may be the only copy.
    writeFileSync(file, backup.replace(/"lineage": "./, '"lineage": "x'), { mode: 0o644 });
    const kept = await command(folder, ["state", "--to", "s3"]);
    expect([kept.status, kept.output]).toEqual([0, expect.stringContaining("cdktf/state/dev.tfstate.backup stays")]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is rejected in a bucket of another region, where Terraform would not find it", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state/dev.tfstate"), '{"version": 4}');
    const elsewhere = { ANALYZE_STATE_BUCKET: await bootstrap("eu-west-1") };
    for (const [code, ...args] of [
      [2, "state", "--to", "s3"],
      [2, "deploy", "--yes"],
      [1, "plan"],
    ] as const) {
      const { status, output } = await command(folder, args, { ...environment(), ...elsewhere });
      expect([status, output]).toEqual([
        code,
        expect.stringContaining("is in eu-west-1, and its stage is in eu-central-1: `AWS_REGION=eu-central-1 npm run"),
      ]);
    }
    expect(readdirSync(join(folder, "state"))).toEqual(["dev.tfstate"]);
  });
});
