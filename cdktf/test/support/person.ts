import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, startProgram } from "../../../test/support/program.ts";
import { checkOut } from "./checkout.ts";
import { typed } from "./documented-commands.ts";
import { gaps } from "../../../deploy/pipeline/emulator-gaps.ts";
import { environment } from "./fixture.ts";

export interface Typing {
  /** Values for the `<names>` of the documented command. */
  readonly values?: Readonly<Record<string, string>>;
  /** Variables for this command only; an empty one is not set. */
  readonly settings?: NodeJS.ProcessEnv;
  /** Typed at the command's questions. */
  readonly answer?: string;
  /** Without the bracketed part of the documented command. */
  readonly short?: boolean;
}

/** A person with a checkout and a shell in its folder cdktf/. */
export class Person {
  /** The folder cdktf/ of the checkout. */
  readonly folder: string;
  private readonly env: NodeJS.ProcessEnv;

  /** `caFile`: the CA that `npm run certs` made in this checkout; none where it did not run. */
  constructor(env: NodeJS.ProcessEnv, caFile?: string) {
    const project = checkOut();
    this.folder = join(project, "cdktf");
    this.env = { ...env, ANALYZE_SSH_CIDR: "", ANALYZE_CA_FILE: "", ANALYZE_STATE_BUCKET: "" };
    if (caFile === undefined) return;
    mkdirSync(join(project, "certs/issued"), { recursive: true });
    copyFileSync(caFile, join(project, "certs/issued/ca.crt"));
  }

  /** Runs a command exactly as README or docs/aws.md have it. */
  start(documented: string, { values = {}, settings = {}, answer = "", short = false }: Typing = {}): Program {
    const program = startProgram("sh", ["-c", typed(documented, values, short)], {
      cwd: this.folder,
      env: { ...this.env, ...settings },
      stdio: ["pipe", "pipe", "pipe"],
    });
    program.child.stdin?.end(answer);
    return program;
  }

  /** The same. Returns its output; rejects unless it exits with this code and prints this text. */
  async types(documented: string, typing: Typing, code: number, says: string | RegExp = ""): Promise<string> {
    const program = this.start(documented, typing);
    const ended = await program.ended;
    const output = program.output();
    const isSaid = says instanceof RegExp ? says.test(output) : output.includes(says);
    if (ended === code && isSaid) return output;
    throw new Error(`${documented}: code ${ended} in place of ${code}, or no ${says} in:\n${output}`);
  }

  /** Overrides the stack with the emulator's gaps; with `bucket`, also those of its S3, where the state is. */
  async adapt(bucket?: string): Promise<void> {
    const stack = join(this.folder, "cdktf.out/stacks/dev");
    if (!existsSync(stack)) {
      const env = { ...this.env, ...environment() };
      await startProgram("npm", ["run", "synth"], { cwd: this.folder, env }).ended;
    }
    const s3 = { bucket, key: "dev.tfstate", region: "eu-central-1", encrypt: true, use_lockfile: true };
    const backend = bucket === undefined ? {} : { terraform: { backend: { s3: { ...s3, use_path_style: true } } } };
    writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify({ ...gaps(stack), ...backend }));
  }

  /** Kills Terraform at once, as a power cut. Throws if none runs in this checkout. */
  killTerraform(): void {
    const ours = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && this.isTerraform(pid));
    if (ours.length === 0) throw new Error("no terraform runs");
    spawnSync("kill", ["-KILL", ...ours]);
  }

  private isTerraform(pid: string): boolean {
    try {
      // Its working directory is the stack's folder.
      const isHere = readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder);
      return isHere && readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("terraform\0");
    } catch {
      // It has ended meanwhile.
      return false;
    }
  }
}
