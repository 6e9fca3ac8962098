import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { applyUsageRules } from "@analyze/common/usage";
import type { Command } from "commander";
import { exitCodeOf, explain } from "./explain.ts";

/** Runs the command of this process's arguments. An error becomes a message on stderr and the exit code. */
export async function runProgram(program: Command): Promise<void> {
  surviveClosedPipes();
  applyUsageRules(program);
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
