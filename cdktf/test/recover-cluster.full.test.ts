import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { absent, gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Regions, startRegions } from "./support/regions.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";
import { makeZone } from "./support/zone.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

const stateShape = z.object({
  resources: z.array(
    z.object({
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ attributes: z.object({ id: z.string() }) })),
    }),
  ),
});

/** The IDs in a state by address, without those that Terraform makes up at random. */
function idsIn(file: string): Record<string, string | undefined> {
  const { resources } = stateShape.parse(JSON.parse(readFileSync(file, "utf8")));
  const managed = resources.filter(({ mode, type }) => mode === "managed" && type !== "aws_iam_role_policy_attachment");
  return Object.fromEntries(
    managed.map(({ type, name, instances: [first] }) => [`${type}.${name}`, first?.attributes.id]),
  );
}

/** Terraform that leaves out imports of what the emulator lacks, as the overrides leave out the resources. */
function terraformWithoutGaps(): string {
  const bin = temporaryFolder();
  const real = execFileSync("which", ["terraform"], { encoding: "utf8" }).trim();
  const program = `#!${process.execPath}
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const absent = ${JSON.stringify(Object.keys(absent))};
const at = process.argv[2].startsWith("-chdir=") ? process.argv[2].slice(7) + "/imported.tf.json" : "";
if (existsSync(at)) {
  const all = JSON.parse(readFileSync(at, "utf8")).import;
  writeFileSync(at, JSON.stringify({ import: all.filter(({ to }) => !absent.includes(to.split(".")[0])) }));
}
const { status } = require("node:child_process").spawnSync(${JSON.stringify(real)}, process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 1);
`;
  writeFileSync(join(bin, "terraform"), program, { mode: 0o755 });
  return bin;
}

describeWith(["terraform", "moto"], "the recovery drill of stage prod", () => {
  const folder = temporaryFolder();
  const state = join(folder, "state/prod.tfstate");
  let moto: Moto;
  let regions: Regions;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    moto = await startMoto();
    regions = await startRegions(moto, { "/pod-identity-associations": { associations: [] } });
    await makeZone(moto);
    const PATH = `${terraformWithoutGaps()}:${process.env["PATH"]}`;
    const settings = environment({ ...production, ANALYZE_API_CIDR: "203.0.113.7/32" });
    env = { ...process.env, ...settings, ...cliConfig(), ...moto.env, AWS_ENDPOINT_URL: regions.url, PATH };
    await run("main.ts", []);
    const stack = join(folder, "cdktf.out/stacks/prod");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
  });

  afterAll(async () => {
    regions.stop();
    await moto.stop();
  });

  async function run(program: string, args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: folder, env: { ...env, ...settings } };
    const started = startProgram(process.execPath, [join(sources, program), ...args], options);
    return { status: await started.ended, output: started.output() };
  }

  const command = (args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    run("commands/main.ts", args, settings);

  it("says where there is nothing to recover, although names follow from the settings", async () => {
    const { status, output } = await command(["recover", "--yes"]);
    expect([status, output]).toEqual([1, expect.stringContaining("Nothing of stage prod is in eu-central-1")]);
  });

  it("names recover where the state is lost", async () => {
    expect((await command(["deploy", "--yes", "--no-images"])).status).toBe(0);
    renameSync(state, `${state}.lost`);
    const { status, output } = await command(["deploy", "--yes", "--no-images"]);
    expect([status, output]).toEqual([
      2,
      expect.stringContaining("Where it is lost, as after a kill of the first deployment: `npm run recover`"),
    ]);
  });

  it("changes nothing where the settings would replace something", async () => {
    const { status, output } = await command(["recover", "--yes"], { ANALYZE_DOMAIN: "other.example.org" });
    expect([status, output]).toEqual([1, expect.stringMatching(/would lose these.*\n.* aws_acm_certificate\./)]);
    expect(existsSync(state)).toBe(false);
  });

  it("rebuilds it without a loss: the same resources with the same IDs, and a plan without changes", async () => {
    const { status, output } = await command(["recover", "--yes"]);
    expect([status, output]).toEqual([0, expect.stringMatching(/\d+ imported[^]* 0 destroyed[^]*is complete/)]);
    const planned = await command(["plan"]);
    expect([planned.status, planned.output]).toEqual([0, expect.stringContaining("No changes.")]);
    expect(idsIn(state)).toEqual(idsIn(`${state}.lost`));
  });
});
