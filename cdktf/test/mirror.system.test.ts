import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { foreignImages } from "../src/images/foreign.ts";
import { stages } from "../src/stages.ts";
import { clientOf } from "./support/aws.ts";
import { type Ecr, startEcr } from "./support/ecr.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { buildSmall } from "./support/registry.ts";
import type { Ran } from "./support/terraform.ts";

const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));
const images = foreignImages(stages.prod.cluster);
const own = ["web", "worker", "client"];

describeWith(["docker", "moto", "docker-registry", "htpasswd"], "prod without a way to the internet", () => {
  const folder = temporaryFolder();
  let moto: Moto;
  let ecr: Ecr;

  beforeAll(async () => {
    moto = await startMoto();
    ecr = await startEcr(moto);
    const api = clientOf(ECRClient, moto);
    const repositories = [...own, ...images.map(({ name }) => `mirror/${name}`)];
    for (const name of repositories)
      await api.send(new CreateRepositoryCommand({ repositoryName: `analyze-prod/${name}` }));
    // Docker has the published images: nothing can be pulled here, and present images are not pulled.
    for (const { source } of images) buildSmall(source, "scratch");
    keepOutputs(ecr.login.registry);
  });

  afterAll(async () => {
    spawnSync("docker", ["rmi", ...images.flatMap(({ name, source }) => [source, copyOf(name, source)])]);
    await Promise.all([moto.stop(), ecr.stop()]);
  });

  function copyOf(name: string, source: string): string {
    return `${ecr.login.registry}/analyze-prod/mirror/${name}:${source.split(":").at(-1)}`;
  }

  /** The state of a stage that was applied with endpoints: its outputs are what the commands read. */
  function keepOutputs(registry: string): void {
    const outputs = {
      region: "eu-central-1",
      "target-group": "arn",
      "cluster-name": "analyze-prod",
      "cluster-network": "vpc-1",
      "edge-cidrs": "10.74.0.0/24",
      "edge-url": "https://analyze.example.org/",
      ...Object.fromEntries(own.map((name) => [`${name}-repository`, `${registry}/analyze-prod/${name}`])),
      ...Object.fromEntries(images.map(({ name, source }) => [`${name}-image`, copyOf(name, source)])),
    };
    const state = { outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])) };
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state/prod.tfstate"), JSON.stringify(state));
  }

  async function command(...args: string[]): Promise<Ran> {
    const env = { ...process.env, ...environment(production), ...moto.env, ...ecr.env };
    const started = startProgram(process.execPath, [main, ...args], { cwd: folder, env });
    return { status: await started.ended, output: started.output() };
  }

  it("npm run chart names the images that ECR lacks, and the commands that copy them", async () => {
    const { status, output } = await command("chart", "--context", "nowhere");
    expect([status, output]).toEqual([1, expect.stringContaining("Run `npm run deploy` and `npm run mirror` first.")]);
    for (const { name, source } of images) expect(output).toContain(copyOf(name, source));
  });

  it("npm run mirror copies all of them, and none the second time", async () => {
    const { status, output } = await command("mirror");
    expect([status, output]).toEqual([0, expect.stringContaining("Pushed")]);
    const pushed = images.map(({ name, source }) => `analyze-prod/mirror/${name}:${source.split(":").at(-1)}`);
    expect(ecr.pushes.toSorted()).toEqual(pushed.toSorted());
    const again = await command("mirror");
    expect([again.status, again.output.match(/is in ECR already/g)]).toEqual([
      0,
      images.map(() => "is in ECR already"),
    ]);
  });

  it("npm run chart then lacks only the project's own images", async () => {
    const { status, output } = await command("chart", "--context", "nowhere");
    expect([status, output]).toEqual([1, expect.stringContaining("Run `npm run deploy` first.")]);
    expect(output).not.toContain("mirror");
  });
});
