import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import type { Release } from "../../src/release/release.ts";
import { gaps } from "../../../deploy/pipeline/emulator-gaps.ts";
import { rotation, temporaryFolder } from "./fixture.ts";

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** A synthesised stack, and Terraform in its folder. */
export interface Workspace {
  readonly folder: string;
  /** Rejects at an exit code that is not allowed (default: 0). */
  terraform(args: string[], allowed?: number[]): Promise<Ran>;
  /** The actions of a plan: `action address`, sorted. Without a refresh: AWS is not called. */
  plan(): Promise<string[]>;
  /** Faults and warnings of `terraform validate` for the synthesised stack, one line each. */
  validate(): Promise<string[]>;
  /** Synthesises into the same folder again. */
  synth(config: Config, release: Release): void;
}

/** Synthesises the stack into a separate folder; `overrides` are further gaps of the emulator, as Terraform JSON. */
export function workspace(config: Config, release: Release, env: NodeJS.ProcessEnv, overrides: object = {}): Workspace {
  // As deep as in the project: the state is kept three folders above the stack.
  const out = join(temporaryFolder(), "cdktf.out");
  const folder = join(out, "stacks", config.stage);
  const synth = (next: Config, archive: Release): void => {
    createApp(next, { release: archive, rotation }, out).synth();
    writeFileSync(join(folder, overrideFile), JSON.stringify({ ...gaps(folder), ...overrides }));
  };
  synth(config, release);
  const terraform = terraformIn(folder, env);
  const plan = async (): Promise<string[]> => {
    const { output } = await terraform(["plan", "-json", "-refresh=false", "-input=false"]);
    return plannedChanges(output);
  };
  const validate = async (): Promise<string[]> => {
    const { output } = await withoutOverrides(folder, () => terraform(["validate", "-json"], [0, 1]));
    const { diagnostics } = validationShape.parse(JSON.parse(output));
    return diagnostics.map(({ severity, summary, address = "" }) => `${severity}: ${summary} ${address}`.trim());
  };
  return { folder, synth, terraform, plan, validate };
}

const overrideFile = "moto_override.tf.json";

/** Does the work on the complete stack as for AWS: of the emulator's gaps, only `kept` remain. */
export async function withoutOverrides<T>(folder: string, work: () => Promise<T>, kept: object = {}): Promise<T> {
  const file = join(folder, overrideFile);
  const aside = join(folder, "aside");
  renameSync(file, aside);
  writeFileSync(file, JSON.stringify(kept));
  try {
    return await work();
  } finally {
    renameSync(aside, file);
  }
}

/** Terraform in a folder that holds a stack. */
export function terraformIn(folder: string, env: NodeJS.ProcessEnv): Workspace["terraform"] {
  const environment = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...cliConfig(), ...env };
  return (args, allowed = [0]) => run(folder, args, environment, allowed);
}

const validationShape = z.object({
  diagnostics: z.array(z.object({ severity: z.string(), summary: z.string(), address: z.string().optional() })),
});

const messageShape = z.object({
  type: z.string(),
  change: z.object({ action: z.string(), resource: z.object({ addr: z.string() }) }).optional(),
});

function plannedChanges(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => messageShape.parse(JSON.parse(line)))
    .flatMap(({ type, change }) => (type === "planned_change" && change ? [change] : []))
    .map(({ action, resource }) => `${action} ${resource.addr.replace(/_[0-9A-F]{8}$/, "")}`)
    .sort();
}

async function run(folder: string, args: string[], env: NodeJS.ProcessEnv, allowed: number[]): Promise<Ran> {
  const child = spawn("terraform", [`-chdir=${folder}`, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  if (!allowed.includes(child.exitCode ?? -1))
    throw new Error(`terraform ${args.join(" ")}: ${child.exitCode}\n${output}`);
  return { status: child.exitCode, output };
}

/** TF_PLUGIN_MIRROR: a folder with providers, if the registry cannot be reached. Unset: the registry. */
export function cliConfig(): NodeJS.ProcessEnv {
  const mirror = process.env["TF_PLUGIN_MIRROR"];
  if (mirror === undefined) return {};
  const file = join(temporaryFolder(), "terraform.rc");
  writeFileSync(file, `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}
