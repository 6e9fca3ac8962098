import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { config, release } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type Workspace, workspace } from "./support/terraform.ts";

describeWith(["terraform", "moto"], "stage dev, applied", () => {
  let moto: Moto;
  let stack: Workspace;

  beforeAll(async () => {
    moto = await startMoto();
    stack = workspace(config(), await release(), moto.env);
    await stack.terraform(["init", "-input=false"]);
    await stack.terraform(["apply", "-auto-approve", "-input=false"]);
  });

  afterAll(() => moto.stop());

  it("plans nothing a second time", async () => {
    const { output } = await stack.terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"], [0, 2]);
    expect(output).toContain("No changes.");
  });
});
