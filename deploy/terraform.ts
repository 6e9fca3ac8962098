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
    // The stack says where its state is: what an earlier run wrote down of that does not count.
    await this.run("init", "-input=false", "-reconfigure");
  }

  /** Shows what an apply would change. Resolves with whether that is anything. */
  async plan(): Promise<boolean> {
    return (await this.code("plan", "-input=false", "-detailed-exitcode")) === 2;
  }

  /** The addresses of all resources in the state. */
  async list(): Promise<string[]> {
    return (await must("terraform", [this.at, "state", "list"], { env })).split("\n").filter(Boolean);
  }

  /**
   * Shows the plan and asks, unless `approved`. `targets`: resource addresses; empty means the whole stack. `replaced`:
   * resources that are made new.
   */
  async apply(approved: boolean, targets: readonly string[] = [], replaced: readonly string[] = []): Promise<void> {
    const only = targets.map((target) => `-target=${target}`);
    await this.run("apply", ...only, ...replaced.map((address) => `-replace=${address}`), ...unattended(approved));
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
    await this.code(...args);
  }

  /** Resolves with the exit code: 0, or 2 of `-detailed-exitcode`. */
  private async code(...args: string[]): Promise<number> {
    const share: RunOptions["share"] = ["stdin", "stdout", "stderr"];
    const { code, stderr } = await run("terraform", [this.at, ...args], { env, share });
    if (code === 0 || (code === 2 && args.includes("-detailed-exitcode"))) return code;
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
