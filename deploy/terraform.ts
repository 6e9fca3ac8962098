import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { screenOf } from "@analyze/common/screen";
import { announce } from "./progress.ts";
import { howToInstall } from "./installation.ts";
import { failure, must, run, type RunOptions } from "./run.ts";
import { foreignVariables, terraformEnvironment } from "./terraform-environment.ts";

/** Terraform, or OpenTofu, which takes the same files and commands. */
export type TerraformProgram = "terraform" | "tofu";

/** The first version of both that locks a state in S3 by itself. */
const oldest = [1, 10] as const;

/** Terraform in the folder of one synthesised stack, on this terminal. Its methods reject with a UserError. */
export class Terraform {
  private readonly folder: string;
  private readonly program: TerraformProgram;

  /** `folder`: where cdk.tf.json is. */
  constructor(folder: string, program: TerraformProgram) {
    this.folder = folder;
    this.program = program;
  }

  async init(): Promise<void> {
    const ignored = foreignVariables(process.env);
    if (ignored.length > 0) announce(`ignored: ${ignored.join(", ")}`);
    await this.requireVersion();
    // The stack says where its state is: what an earlier run wrote down of that does not count.
    await this.run("init", "-input=false", "-reconfigure");
  }

  /** Shows what an apply would change. Resolves with whether that is anything. */
  async plan(): Promise<boolean> {
    return (await this.code("plan", "-input=false", "-detailed-exitcode")) === 2;
  }

  /** Shows what an apply would change and writes it to `file`, relative to the stack's folder. Resolves with whether that is anything. */
  async planTo(file: string): Promise<boolean> {
    return (await this.code("plan", "-input=false", "-detailed-exitcode", `-out=${file}`)) === 2;
  }

  /** What `plan -json` prints: one JSON object per line, also where it fails. */
  async rehearse(): Promise<string> {
    const output = await run(this.program, [this.at, "plan", "-json", "-input=false"], { env: this.env });
    if (output.stdout.trim() === "") throw failure(output.stderr || `${this.program} plan printed nothing`);
    return output.stdout;
  }

  /** A plan that {@link planTo} wrote, as JSON. It holds secrets. */
  showPlan(file: string): Promise<string> {
    return must(this.program, [this.at, "show", "-json", file], { env: this.env });
  }

  /** Applies exactly this plan. Terraform refuses it where the state has changed since. */
  async applyPlan(file: string): Promise<void> {
    await this.run("apply", "-input=false", file);
  }

  /** Deletes what {@link planTo} wrote. */
  discardPlan(file: string): void {
    rmSync(join(this.folder, file), { force: true });
  }

  /** The addresses of all resources in the state. */
  async list(): Promise<string[]> {
    return (await must(this.program, [this.at, "state", "list"], { env: this.env })).split("\n").filter(Boolean);
  }

  /**
   * Shows the plan and asks for confirmation, unless `approved`. `targets`: resource addresses; empty: the whole stack.
   * `replaced`: resources to replace.
   */
  async apply(approved: boolean, targets: readonly string[] = [], replaced: readonly string[] = []): Promise<void> {
    const only = targets.map((target) => `-target=${target}`);
    await this.run("apply", ...only, ...replaced.map((address) => `-replace=${address}`), ...unattended(approved));
  }

  async destroy(approved: boolean): Promise<void> {
    await this.run("destroy", ...unattended(approved));
  }

  /** The state, as JSON. */
  pull(): Promise<string> {
    return must(this.program, [this.at, "state", "pull"], { env: this.env });
  }

  /** Replaces the state. Its serial number must be higher than that of the one which is there. */
  async push(state: string): Promise<void> {
    await must(this.program, [this.at, "state", "push", "-"], { env: this.env, input: state });
  }

  /** The stack's outputs that are text. */
  async outputs(): Promise<Map<string, string>> {
    const printed = await must(this.program, [this.at, "output", "-json"], { env: this.env });
    const parsed = z.record(z.string(), z.object({ value: z.unknown() })).parse(JSON.parse(printed));
    const texts = Object.entries(parsed).flatMap(([name, { value }]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    );
    return new Map(texts);
  }

  private get env(): NodeJS.ProcessEnv {
    return terraformEnvironment(process.env);
  }

  private get at(): string {
    return `-chdir=${this.folder}`;
  }

  private async requireVersion(): Promise<void> {
    const printed = await must(this.program, ["version", "-json"], { env: this.env });
    const { terraform_version: version } = z.object({ terraform_version: z.string() }).parse(JSON.parse(printed));
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
    throw failure(`${this.program} ${version} is too old: ${howToInstall(this.program)}`);
  }

  private async run(command: string, ...options: string[]): Promise<void> {
    await this.code(command, ...options);
  }

  /** Resolves with the exit code: 0, or 2 of `-detailed-exitcode`. */
  private async code(command: string, ...options: string[]): Promise<number> {
    const plain = screenOf(process.stdout, process.env).colour ? [] : ["-no-color"];
    const args = [this.at, command, ...plain, ...options];
    // A closed pipe would end Terraform in the middle of an apply: only this process writes to one.
    const share: RunOptions["share"] = process.stdout.isTTY ? ["stdin", "stdout", "stderr"] : ["stdin", "stderr"];
    const { code, stdout, stderr } = await run(this.program, args, { env: this.env, share, onOutput: print });
    if (code === 0 || (code === 2 && args.includes("-detailed-exitcode"))) return code;
    if (/Enter a value:\s*$/.test(stdout)) throw failure(unanswered);
    throw failure(stderr || `${this.program} ${command} failed with exit code ${code}. Its message is above.`);
  }
}

/** Nobody answers Terraform's question where the input is no terminal, as in a pipeline. */
const unanswered = "Nobody confirmed it: run it in a terminal, or add `-- --yes`.";

function print(text: string): void {
  process.stdout.write(text);
}

function unattended(approved: boolean): string[] {
  return approved ? ["-auto-approve", "-input=false"] : [];
}

/** Folder of a synthesised stack, relative to cdktf/. */
export function stackFolder(stack: string): string {
  return `cdktf.out/stacks/${stack}`;
}
