import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { gaps } from "./support/emulator-gaps.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const sources = fileURLToPath(new URL("../src", import.meta.url));

describeWith(["terraform", "moto"], "the commands, as a person types them", () => {
  const folder = temporaryFolder();
  const stack = join(folder, "cdktf.out", "stacks", "dev");
  let moto: Moto;
  let env: NodeJS.ProcessEnv;
  /** Twelve digits of the release that was deployed first. */
  let first: string;

  beforeAll(async () => {
    moto = await startMoto();
    env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env };
    writeFileSync(
      join(folder, "cdktf.json"),
      JSON.stringify({ language: "typescript", app: `node ${sources}/main.ts` }),
    );
    await run("main.ts");
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
  });

  afterAll(() => moto.stop());

  async function run(program: string, args: string[] = [], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const started = startProgram(process.execPath, [join(sources, program), ...args], {
      cwd: folder,
      env: { ...env, ...settings },
    });
    return { status: await started.ended, output: started.output() };
  }

  function command(args: string[], settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return run("commands/main.ts", args, settings);
  }

  it("cdktf deploy works with the original command line, on the Node that it needs", async () => {
    const { status, output } = await command(["cdktf", "deploy", "dev", "--auto-approve"]);
    expect([status, output]).toEqual([0, expect.stringContaining("Apply complete!")]);
    expect(output).toContain("login-command");
  });

  it("deploy finds nothing to change after it, and tells where the host is", async () => {
    const { status, output } = await command(["deploy", "--yes", "--no-images"]);
    expect([status, output]).toEqual([0, expect.stringContaining("No changes.")]);
    first = /client's release ([0-9a-f]{12})/.exec(output)?.[1] ?? "";
    expect(output).toMatch(/log-command +ssh ec2-user@[\d.]+ tail -F \/var\/log\/analyze\.log/);
  });

  it("client:update changes the two objects of the release, and goes back to the first", async () => {
    const update = await command(["client-update", "--yes"], { ANALYZE_SCHEDULE: "*/5 * * * *" });
    expect(update.output).toMatch(/Apply complete! Resources: 1 added, 1 changed, 1 destroyed/);
    const kept = /client\/([0-9a-f]{64})\.tar\.gz/.exec(update.output)?.[1] ?? "";
    expect(kept.slice(0, 12)).toBe(first);
    const back = await command(["client-update", "--to", kept]);
    expect([back.status, back.output]).toEqual([0, expect.stringContaining(`release ${kept} again`)]);
  });

  it("destroy deletes all of it, and asks first", async () => {
    const asked = await command(["destroy"]);
    expect([asked.status, asked.output]).toEqual([1, expect.stringContaining("Do you really want to destroy")]);
    const { status, output } = await command(["destroy", "--yes"]);
    expect([status, output]).toEqual([0, expect.stringContaining("stage dev is gone")]);
  });

  it("tells every fault of the settings at once, and a person without credentials what to do", async () => {
    const faults = await run("main.ts", [], { ANALYZE_SSH_CIDR: "", AWS_REGION: "Frankfurt" });
    expect(faults.status).toBe(1);
    expect(faults.output).toMatch(/AWS_REGION="Frankfurt"[^]*ANALYZE_SSH_CIDR is not set/);
    const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: folder };
    const { status, output } = await command(["deploy", "--yes"], nobody);
    expect([status, output]).toEqual([
      1,
      expect.stringContaining("No AWS credentials were found: run `aws configure`"),
    ]);
  });
});
