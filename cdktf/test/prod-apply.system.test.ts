import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { absent } from "./support/emulator-gaps.ts";
import { config, environment, production, release } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { withoutOverrides, type Workspace, workspace } from "./support/terraform.ts";

/** Stage prod looks its zone up; it belongs to the account, not to the stage. */
async function makeZone(moto: Moto): Promise<void> {
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>example.org</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/route53/aws4_request",
  };
  const answer = await fetch(`${moto.url}/2013-04-01/hostedzone`, { method: "POST", body, headers });
  expect(answer.status).toBe(201);
}

describeWith(["terraform", "moto"], "stage prod, applied", () => {
  const env = environment(production);
  let moto: Moto;
  let stack: Workspace;
  let everything: string[];

  beforeAll(async () => {
    moto = await startMoto();
    await makeZone(moto);
    stack = workspace(config(env), await release(), moto.env);
    await stack.terraform(["init", "-input=false"]);
    everything = await withoutOverrides(stack.folder, () => stack.plan());
    await stack.terraform(["apply", "-auto-approve", "-input=false"]);
  });

  afterAll(() => moto.stop());

  it("is valid, without a warning; terraform fmt has nothing to say, since it leaves JSON alone", async () => {
    expect(await stack.validate()).toEqual([]);
    expect((await stack.terraform(["fmt", "-check", "-recursive"])).output).toBe("");
    expect(readdirSync(stack.folder).filter((name) => /\.(tf|tfvars|tftest\.hcl)$/.test(name))).toEqual([]);
  });

  it("plans nothing a second time", async () => {
    const { output } = await stack.terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"], [0, 2]);
    expect(output).toContain("No changes.");
  });

  it("plans what the emulator lacks, and leaves nothing else out of the apply", async () => {
    const { output } = await stack.terraform(["state", "list"]);
    const applied = new Set(output.split("\n").map((address) => address.replace(/_[0-9A-F]{8}$/, "")));
    const planned = everything.map((change) => change.replace("create ", ""));
    const left = planned.filter((address) => !applied.has(address)).map((address) => address.split(".")[0] ?? "");
    expect([...new Set(left)]).toEqual([...absent].sort());
  });

  it("leaves nothing when it is destroyed", async () => {
    await stack.terraform(["destroy", "-auto-approve", "-input=false"]);
    expect((await stack.terraform(["state", "list"])).output).toBe("");
  });
});
