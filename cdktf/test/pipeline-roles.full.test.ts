import { fileURLToPath } from "node:url";
import { GetRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clientOf } from "./support/aws.ts";
import { temporaryFolder } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { cliConfig, type Ran } from "./support/terraform.ts";

const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));

describeWith(["terraform", "moto"], "npm run pipeline-roles", () => {
  const folder = temporaryFolder();
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.stop());

  async function make(repository: string): Promise<Ran> {
    const env = { ...process.env, ...cliConfig(), ...moto.env };
    const args = [main, "pipeline-roles", "--repository", repository, "--yes"];
    const started = startProgram(process.execPath, args, { cwd: folder, env });
    return { status: await started.ended, output: started.output() };
  }

  it("rejects a pattern that matches other repositories too, before AWS is called", async () => {
    const output = expect.stringContaining("must be OWNER/NAME");
    expect(await make("owner/*")).toEqual({ status: 2, output });
  });

  it("creates the roles, prints the values of the repository's variables, and changes nothing the second time", async () => {
    const { status, output } = await make("owner/analyze");
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(output).toMatch(/^apply-prod-role +arn:aws:iam::\d+:role\/pipeline-analyze-apply-prod$/m);
    const iam = clientOf(IAMClient, moto);
    const RoleName = "pipeline-analyze-apply-prod";
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toContain("repo:owner/analyze:environment:prod");
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(AttachedPolicies).toHaveLength(3);
    expect((await make("owner/analyze")).output).toContain("0 added, 0 changed, 0 destroyed");
  });
});
