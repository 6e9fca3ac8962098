import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { config, environment, production, release } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Workspace, workspace } from "./support/terraform.ts";

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

  beforeAll(async () => {
    moto = await startMoto();
    await makeZone(moto);
    stack = workspace(config(env), await release(), moto.env);
    await stack.terraform(["init", "-input=false"]);
    await stack.terraform(["apply", "-auto-approve", "-input=false"]);
  });

  afterAll(() => moto.stop());

  it("plans nothing a second time", async () => {
    const { output } = await stack.terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"], [0, 2]);
    expect(output).toContain("No changes.");
  });
});
