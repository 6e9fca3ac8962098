import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EC2Client } from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient, PutImageCommand } from "@aws-sdk/client-ecr";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { strangers } from "../src/state/strangers.ts";
import { taggedElsewhere } from "../src/state/tagged.ts";
import { tagClients } from "./support/account.ts";
import { clientOf } from "./support/aws.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { recordedCalls } from "./support/recorded-actions.ts";
import { type Regions, startRegions } from "./support/regions.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";
import { makeZone } from "./support/zone.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));
const elsewhere = { AWS_REGION: "eu-west-1", ANALYZE_DOMAIN: "second.example.org" };
const stateShape = z.object({
  resources: z.array(
    z.object({ type: z.string(), instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()) })) }),
  ),
});

describeWith(["terraform", "moto"], "stage prod by its commands", () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  let moto: Moto;
  let regions: Regions;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    moto = await startMoto();
    regions = await startRegions(moto);
    await makeZone(moto);
    env = { ...process.env, ...environment(production), ...cliConfig(), ...moto.env, AWS_ENDPOINT_URL: regions.url };
  });

  afterAll(async () => {
    regions.stop();
    await moto.stop();
  });

  async function run(folder: string, program: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const started = startProgram(process.execPath, [join(sources, program), ...args], {
      cwd: folder,
      env: { ...env, ...settings },
    });
    return { status: await started.ended, output: started.output() };
  }

  const command = (folder: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    run(folder, "commands/main.ts", args, settings);

  async function deploy(folder: string, settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    await run(folder, "main.ts", [], settings);
    const stack = join(folder, "cdktf.out/stacks/prod");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
    return command(folder, ["deploy", "--yes", "--no-images"], settings);
  }

  /** What the state has of a resource's type. */
  function attributes(type: string): Record<string, unknown>[] {
    const { resources } = stateShape.parse(JSON.parse(readFileSync(join(first, "state/prod.tfstate"), "utf8")));
    return resources
      .filter((one) => one.type === type)
      .flatMap(({ instances }) => instances.map((one) => one.attributes));
  }

  it("deploy creates it, with deletion protection on its load balancer", async () => {
    const { status, output } = await deploy(first);
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(output).not.toContain("are in no state");
    expect(attributes("aws_alb")).toMatchObject([{ enable_deletion_protection: true }]);
  });

  it("deploy creates it in a second region with another domain while the first region is down", async () => {
    regions.down.add("eu-central-1");
    const { status, output } = await deploy(second, elsewhere);
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(output).toMatch(/edge-url +https:\/\/second\.example\.org\//);
  });

  it("the two are independent: after one is deleted, the other plans no change", async () => {
    const { status, output } = await command(second, ["destroy", "--yes", "--unprotect"], elsewhere);
    expect([status, output]).toEqual([0, expect.stringContaining("stage prod is gone")]);
    regions.down.clear();
    const planned = await command(first, ["plan"]);
    expect([planned.status, planned.output]).toEqual([0, expect.stringContaining("No changes.")]);
  });

  it("destroy --unprotect disables the protection, and deletes the stage with its images and releases", async () => {
    const imageManifestMediaType = "application/vnd.oci.image.manifest.v1+json";
    const image = {
      repositoryName: "analyze-prod/web",
      imageTag: "src-1",
      imageManifest: "{}",
      imageManifestMediaType,
    };
    await clientOf(ECRClient, moto).send(new PutImageCommand(image));
    const before = recordedCalls(moto.recording).length;
    const { status, output } = await command(first, ["destroy", "--yes", "--unprotect"]);
    expect([status, output]).toEqual([0, expect.stringContaining("stage prod is gone")]);
    const calls = recordedCalls(moto.recording).slice(before);
    const unprotected = calls.indexOf("elasticloadbalancing:ModifyLoadBalancerAttributes");
    expect(unprotected).toBeGreaterThan(-1);
    expect(calls.indexOf("elasticloadbalancing:DeleteLoadBalancer")).toBeGreaterThan(unprotected);
    expect(await strangers(clientOf(EC2Client, moto), "prod", null)).toEqual([]);
    expect(await taggedElsewhere(tagClients(moto), "prod", null)).toEqual([]);
    expect(await clientOf(ECRClient, moto).send(new DescribeRepositoriesCommand({}))).toMatchObject({
      repositories: [],
    });
    expect(await clientOf(S3Client, moto).send(new ListBucketsCommand({}))).not.toHaveProperty("Buckets.0");
  });
});
