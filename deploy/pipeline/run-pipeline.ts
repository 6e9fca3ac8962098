import { announce } from "../progress.ts";
import { failure, run } from "../run.ts";
import type { Command } from "./workflow.ts";

export interface PipelineOptions {
  readonly cwd: string;
  /** The environment of one command. */
  environment(command: Command): NodeJS.ProcessEnv;
}

/**
 * Runs the commands one after the other, as GitHub does (`bash -eo pipefail`). Rejects with a UserError at the first
 * failure, which names the job and the command; none after it runs.
 */
export async function runPipeline(commands: readonly Command[], options: PipelineOptions): Promise<void> {
  for (const [index, command] of commands.entries()) {
    const place = `${command.job}, step ${index + 1} of ${commands.length}`;
    announce(`${place}: ${command.run}`);
    const env = options.environment(command);
    const args = ["-eo", "pipefail", "-c", command.run];
    const { code } = await run("bash", args, { cwd: options.cwd, env, share: ["stdout", "stderr"] });
    if (code !== 0) throw failure(`${place} failed with exit code ${code}: ${command.run}\nNo step after it was run.`);
  }
}
