import { Command } from "commander";
import { probeOnce } from "./commands/once.ts";
import { run } from "./commands/run.ts";
import { ConfigError } from "./config.ts";
import { LockError } from "./journal/lock.ts";

const version = "0.1.0";

const program = new Command("analyze")
  .description("Asks the service every minute, and tells the truth about every minute in a log file.")
  .version(version)
  .showHelpAfterError("(analyze --help shows the commands)");

program
  .command("run", { isDefault: true })
  .description("the poller: one probe per due minute, one line each in ANALYZE_LOG")
  .action(async () => {
    process.exitCode = await run(process.env, version);
  });

program
  .command("once")
  .description("one probe now, shown in phases; exit code 0 when it was good")
  .option("--json", "as JSON")
  .option("--line", "as the line that the log would have")
  .action(async (options: { json?: true; line?: true }) => {
    process.exitCode = await probeOnce(process.env, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof LockError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
