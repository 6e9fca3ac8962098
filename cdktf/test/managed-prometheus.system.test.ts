import { expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { readConfig } from "../src/config.ts";
import { environment, production, release, withPrometheus } from "./support/fixture.ts";
import { startMoto } from "./support/moto.ts";
import { workspace } from "./support/terraform.ts";

// Not applied: moto has no scraper.
describeWith(["terraform", "moto"], "a stage with managedPrometheus", () => {
  it("is valid for Terraform, without a warning", async () => {
    const { env } = await startMoto();
    const stack = workspace(readConfig(environment(production), withPrometheus), await release(), env);
    await stack.terraform(["init", "-input=false"]);
    expect(await stack.validate()).toEqual([]);
  });
});
