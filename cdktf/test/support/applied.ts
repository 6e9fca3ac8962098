import { readdirSync } from "node:fs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { expect, it } from "vitest";
import type { Release } from "../../src/release/release.ts";
import { allowedFor, neededActions } from "./deployer-policy.ts";
import { readConfig } from "../../src/config.ts";
import type { Stage } from "../../src/stages.ts";
import { strangers } from "../../src/state/strangers.ts";
import { serviceOf, taggedElsewhere } from "../../src/state/tagged.ts";
import { tagClients } from "./account.ts";
import { clientOf } from "./aws.ts";
import { environment, release } from "./fixture.ts";
import { type Moto, startMoto } from "./moto.ts";
import { type Workspace, workspace } from "./terraform.ts";

/** A stage on a separate emulator. */
export interface Applied {
  readonly moto: Moto;
  readonly stack: Workspace;
  /** The settings of its deployment; a key file at another path would be another setting. */
  readonly env: NodeJS.ProcessEnv;
  readonly release: Release;
}

/** Applies a stage for real. `before`: what is done when all is ready and nothing applied. The caller stops `moto`. */
export async function applyStage(
  settings: NodeJS.ProcessEnv = {},
  before: (ready: Applied) => Promise<void> = () => Promise.resolve(),
  known?: Readonly<Record<string, Stage>>,
): Promise<Applied> {
  const env = environment(settings);
  const moto = await startMoto();
  const archive = await release();
  const stack = workspace(readConfig(env, known), archive, moto.env);
  await stack.terraform(["init", "-input=false"]);
  const applied = { moto, stack, env, release: archive };
  await before(applied);
  await stack.terraform(["apply", "-auto-approve", "-input=false"]);
  return applied;
}

/** Tests that every applied stage must pass. */
export function itHolds(applied: () => Applied): void {
  it("is valid, without a warning; terraform fmt has nothing to say, since it leaves JSON alone", async () => {
    const { stack } = applied();
    expect(await stack.validate()).toEqual([]);
    expect((await stack.terraform(["fmt", "-check", "-recursive"])).output).toBe("");
    expect(readdirSync(stack.folder).filter((name) => /\.(tf|tfvars|tftest\.hcl)$/.test(name))).toEqual([]);
  });

  it("plans nothing a second time", async () => {
    const { stack } = applied();
    const { output } = await stack.terraform(["plan", "-detailed-exitcode", "-input=false", "-no-color"], [0, 2]);
    expect(output).toContain("No changes.");
  });
}

/** `services`: those outside of EC2 whose resources carry tags that the emulator's tagging API knows. */
export function itFindsItself(stage: string, services: readonly string[], applied: () => Applied): void {
  it("is found by its tags in every service, and nothing of it is reported as an orphan", async () => {
    const { moto, stack } = applied();
    const { output: state } = await stack.terraform(["state", "pull"]);
    const [ec2, clients] = [clientOf(EC2Client, moto), tagClients(moto)];
    const found = await taggedElsewhere(clients, stage, null);
    expect([...new Set(found.map(serviceOf))].sort()).toEqual(services);
    expect([...(await strangers(ec2, stage, state)), ...(await taggedElsewhere(clients, stage, state))]).toEqual([]);
  });
}

/** The end of every stage: it is destroyed, and what was called meanwhile is what its policy allows. */
export function itEnds(stage: "dev" | "prod", applied: () => Applied): void {
  it("leaves nothing in the state after destroy", async () => {
    const { stack } = applied();
    await stack.terraform(["destroy", "-auto-approve", "-input=false"]);
    expect((await stack.terraform(["state", "list"])).output).toBe("");
  });

  it("needs exactly the rights of the deployer's policy", () => {
    expect(allowedFor(stage)).toEqual(neededActions(stage, applied().moto.recording));
  });
}
