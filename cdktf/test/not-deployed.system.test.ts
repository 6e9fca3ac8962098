import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateVpcCommand, EC2Client, type Tag } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { environment, publicKey, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import type { Ran } from "./support/terraform.ts";

const caFile = environment()["ANALYZE_CA_FILE"];
const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));
const tags: Tag[] = Object.entries({ project: "analyze", stage: "dev" }).map(([Key, Value]) => ({ Key, Value }));

describeWith(["moto"], "a command of the second day on the first, without any setting", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
    const network = { CidrBlock: "10.75.0.0/24", TagSpecifications: [{ ResourceType: "vpc" as const, Tags: tags }] };
    await clientOf(EC2Client, moto).send(new CreateVpcCommand(network));
  });

  afterAll(() => moto.stop());

  /** In a fresh checkout without a key. */
  async function command(name: string, settings: NodeJS.ProcessEnv, folder = temporaryFolder()): Promise<Ran> {
    const env = { ...process.env, ...moto.env, HOME: join(folder, "home"), ...settings };
    const program = startProgram(process.execPath, [main, name], { cwd: folder, env });
    return { status: await program.ended, output: program.output() };
  }

  it.each([
    ["destroy", 0, "there is nothing to delete"],
    ["client-update", 1, "Stage prod has not been deployed: run `npm run deploy` first."],
    ["chart", 1, "Stage prod has not been deployed: run `npm run deploy` first."],
    ["mirror", 1, "Stage prod has not been deployed: run `npm run deploy` first."],
    ["values", 1, "Stage prod has not been deployed: run `npm run deploy` first."],
  ])("says for a stage that does not exist: %s", async (name, code, sentence) => {
    const { status, output } = await command(name, { ANALYZE_STAGE: "prod" });
    expect([status, output]).toEqual([code, expect.stringContaining(sentence)]);
    expect(output).not.toContain("ANALYZE_SSH_CIDR");
  });

  it.each([
    ["deploy", undefined],
    ["destroy", undefined],
    ["client-update", ""],
    ["destroy", "\n"],
  ])("names recover if a deployed stage has lost its state: %s with %j in its place", async (name, state) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state"));
    const kept = { region: "eu-central-1", account: "123456789012", publicKey, ca: null };
    const settings = { ANALYZE_SSH_CIDR: "203.0.113.7/32" };
    writeFileSync(join(folder, "state/dev.settings.json"), JSON.stringify({ ...kept, settings }));
    if (state !== undefined) writeFileSync(join(folder, "state/dev.tfstate"), state);
    const { status, output } = await command(name, { ANALYZE_CA_FILE: caFile }, folder);
    expect([status, output]).toEqual([2, expect.stringMatching(/is in eu-central-1 already[^]*`npm run recover`/)]);
    expect(existsSync(join(folder, "state/dev.settings.json"))).toBe(true);
  });

  it.each([
    ["plan", "hello"],
    ["destroy", '{"version": 4, "resources": [{"mode": "managed"'],
    ["recover", "[]"],
  ])("says what to do about a damaged state: %s with %j in its place", async (name, state) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state/dev.tfstate"), state);
    const { status, output } = await command(name, {}, folder);
    expect([status, output]).toEqual([1, expect.stringMatching(/dev\.tfstate is damaged\. .*`npm run recover`/)]);
    expect(readFileSync(join(folder, "state/dev.tfstate"), "utf8")).toBe(state);
  });

  it.each([
    ["destroy", 2],
    ["client-update", 2],
    ["deploy", 2],
    ["plan", 1],
  ])("names the state's bucket if the stage exists in AWS: %s", async (name, code) => {
    const { status, output } = await command(name, {});
    expect([status, output]).toEqual([
      code,
      expect.stringMatching(/is in eu-central-1 already[^]*vpc vpc-[^]*Set ANALYZE_STATE_BUCKET/),
    ]);
  });

  it("names bootstrap if the state's bucket does not exist", async () => {
    const { status, output } = await command("destroy", { ANALYZE_STATE_BUCKET: "analyze-nowhere" });
    expect([status, output]).toEqual([1, expect.stringMatching(/check ANALYZE_STATE_BUCKET.*npm run bootstrap/)]);
    expect(output).not.toMatch(/\n +at /);
  });
});
