import { UserError } from "@analyze/common/errors";
import { spawn } from "node:child_process";

/** What a command printed, and how it ended. */
export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one program without a shell. Never rejects because of how the program ended: `code` tells (127: not found). */
export type Run = (
  command: string,
  args: readonly string[],
  options?: {
    /** Written to its standard input. */
    input?: string;
    /** Added to the environment. */
    env?: Record<string, string>;
    /** Its output goes to this terminal too, while it comes. */
    show?: boolean;
  },
) => Promise<Output>;

/** A step that could not be done; the message says what to do next. */
export class DeployError extends UserError {
  override name = "DeployError" as const;
}

export const runCommand: Run = (command, args, { input, env, show = false } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe" });
    const output: Output = { code: 127, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      output.stdout += chunk.toString("utf8");
      if (show) process.stdout.write(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output.stderr += chunk.toString("utf8");
      if (show) process.stderr.write(chunk);
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
    child.on("error", (error) => resolve({ ...output, stderr: error.message }));
    child.on("close", (code) => resolve({ ...output, code: code ?? 1 }));
  });

/** The standard output of a command that must succeed. Throws a {@link DeployError} with what it said. */
export async function must(run: Run, command: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, input === undefined ? {} : { input });
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-12).join("\n  ");
  throw new DeployError(`${command} ${args.slice(0, 4).join(" ")} … failed (${code}):\n  ${said}`);
}
