import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { suggestOptions } from "@analyze/common/suggest";
import { version as released } from "@analyze/common/version";
import { Command, Option } from "commander";
import type { DoctorOptions } from "./poller/commands/doctor.ts";
import { spellCommandsFor, typed } from "./log/typed.ts";
import { addExport } from "./reader/commands/export.ts";
import { addMaintenance, withShow } from "./reader/commands/maintenance.ts";
import { OutputError } from "./reader/read/print.ts";
import { addReport } from "./reader/commands/report.ts";
import { addTail } from "./reader/commands/tail.ts";

surviveClosedPipes();

// An empty variable is an unset one, for each reader of the environment.
for (const [key, value] of Object.entries(process.env))
  if (key.startsWith("ANALYZE_") && value === "") delete process.env[key];

// In a checkout without settings, the commands of npm start are those that exist.
if (process.env["npm_lifecycle_event"] === "analyze" && process.env["ANALYZE_URL"] === undefined)
  process.env["ANALYZE_PLACE"] ??= "start";
spellCommandsFor(process.env);

// A deployment says which release it is, as semver's build metadata: 1.2.3+26f1c0a9d3b7.
const release = process.env["ANALYZE_RELEASE"];
const version = release === undefined ? released : `${released}+${release}`;

// node-cron computes in local time, whatever zone it is told: in the hour that a zone repeats in autumn it never fires.
process.env["TZ"] = "UTC";

const program = new Command("analyze")
  .description("Asks the service every minute, and tells the truth about every minute in a log file.")
  .version(version)
  .showHelpAfterError(`(${typed("--help")} shows the commands)`)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

// Imported when called: who reads the log need not load what the poller needs.
program
  .command("run")
  .description("the poller, also without a command: one probe per due minute, one line each in ANALYZE_LOG")
  .action(async () => {
    const { run } = await import("./poller/commands/run.ts");
    process.exitCode = await run(process.env, version);
  });

program
  .command("once")
  .description("one probe now, shown in phases; exit code 0 when it was good")
  .option("--json", "as JSON")
  .option("--line", "as the line that the log would have")
  .action(async (options: { json?: true; line?: true }) => {
    const { probeOnce } = await import("./poller/commands/once.ts");
    process.exitCode = await probeOnce(process.env, version, options);
  });

program
  .command("doctor")
  .description("walks from this machine to the app, and stops at the first broken place; exit code 1 when there is one")
  .option("--json", "as JSON")
  .addOption(new Option("--cluster").hideHelp())
  .action(async (options: DoctorOptions) => {
    const { doctor } = await import("./poller/commands/doctor.ts");
    process.exitCode = await doctor(process.env, version, options);
  });

addReport(program, process.env);
addTail(program, process.env);
addExport(program);
addMaintenance(program);
suggestOptions(program);

const given = process.argv.slice(2);
try {
  // Not by a default command: to that, a command that is misspelt would be an argument.
  await program.parseAsync(given.length === 0 ? ["run"] : withShow(given), { from: "user" });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  // A fault of the output itself is already reported by surviveClosedPipes.
  if (!(error instanceof OutputError)) process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
