import { spawnSync } from "node:child_process";
import { z } from "zod";

/** Terraform is missing, or ended with an error that it has printed itself. */
export class TerraformError extends Error {
  override readonly name = "TerraformError";
}

/** Terraform in the folder of one synthesised stack, on this terminal. */
export class Terraform {
  private readonly folder: string;

  /** `folder`: where cdk.tf.json is. */
  constructor(folder: string) {
    this.folder = folder;
  }

  init(): void {
    this.run(["init", "-input=false"]);
  }

  /** Shows the plan and asks, unless `approved`. `targets`: resource addresses; empty means the whole stack. */
  apply(approved: boolean, targets: readonly string[] = []): void {
    const only = targets.map((target) => `-target=${target}`);
    this.run(["apply", ...only, ...(approved ? ["-auto-approve", "-input=false"] : [])]);
  }

  destroy(approved: boolean): void {
    this.run(["destroy", ...(approved ? ["-auto-approve", "-input=false"] : [])]);
  }

  /** The stack's outputs that are text. */
  outputs(): Map<string, string> {
    const { stdout } = this.spawn(["output", "-json"], "pipe");
    const parsed = z.record(z.string(), z.object({ value: z.unknown() })).parse(JSON.parse(stdout));
    const texts = Object.entries(parsed).flatMap(([name, { value }]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    );
    return new Map(texts);
  }

  private run(args: string[]): void {
    this.spawn(args, "inherit");
  }

  private spawn(args: string[], stdout: "inherit" | "pipe"): { stdout: string } {
    const done = spawnSync("terraform", [`-chdir=${this.folder}`, ...args], {
      stdio: ["inherit", stdout, "inherit"],
      encoding: "utf8",
      env: { ...process.env, CHECKPOINT_DISABLE: "1" },
      maxBuffer: 64 * 2 ** 20,
    });
    if (done.error) {
      throw new TerraformError(
        `terraform cannot be started (${done.error.message}): install version 1.10 or newer, ` +
          "https://developer.hashicorp.com/terraform/install",
      );
    }
    if (done.status !== 0) throw new TerraformError(`terraform ${args[0]} failed; its own message is above.`);
    return { stdout: done.stdout ?? "" };
  }
}

/** Folder of a synthesised stack, relative to cdktf/. */
export function stackFolder(stack: string): string {
  return `cdktf.out/stacks/${stack}`;
}
