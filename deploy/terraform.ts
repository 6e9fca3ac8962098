import { z } from "zod";
import { failure, must, run, type RunOptions } from "./run.ts";

const env = { CHECKPOINT_DISABLE: "1" };

/** Terraform in the folder of one synthesised stack, on this terminal. Its methods reject with a UserError. */
export class Terraform {
  private readonly folder: string;

  /** `folder`: where cdk.tf.json is. */
  constructor(folder: string) {
    this.folder = folder;
  }

  async init(): Promise<void> {
    await this.run("init", "-input=false");
  }

  /** Shows the plan and asks, unless `approved`. `targets`: resource addresses; empty means the whole stack. */
  async apply(approved: boolean, targets: readonly string[] = []): Promise<void> {
    await this.run("apply", ...targets.map((target) => `-target=${target}`), ...unattended(approved));
  }

  async destroy(approved: boolean): Promise<void> {
    await this.run("destroy", ...unattended(approved));
  }

  /** The stack's outputs that are text. */
  async outputs(): Promise<Map<string, string>> {
    const printed = await must("terraform", [this.at, "output", "-json"], { env });
    const parsed = z.record(z.string(), z.object({ value: z.unknown() })).parse(JSON.parse(printed));
    const texts = Object.entries(parsed).flatMap(([name, { value }]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    );
    return new Map(texts);
  }

  private get at(): string {
    return `-chdir=${this.folder}`;
  }

  private async run(...args: string[]): Promise<void> {
    const share: RunOptions["share"] = ["stdin", "stdout", "stderr"];
    const { code, stderr } = await run("terraform", [this.at, ...args], { env, share });
    if (code !== 0)
      throw failure(stderr || `terraform ${args[0]} failed with exit code ${code}. Its message is above.`);
  }
}

function unattended(approved: boolean): string[] {
  return approved ? ["-auto-approve", "-input=false"] : [];
}

/** Folder of a synthesised stack, relative to cdktf/. */
export function stackFolder(stack: string): string {
  return `cdktf.out/stacks/${stack}`;
}
