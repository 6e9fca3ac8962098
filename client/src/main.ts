import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { applyUsageRules } from "@analyze/common/usage";
import { version as released } from "@analyze/common/version";
import { Command, Option } from "commander";
import type { DoctorOptions } from "./poller/commands/doctor.ts";
import { spellCommandsFor, typed } from "./log/typed.ts";
import { addExport } from "./reader/commands/export.ts";
import { addMaintenance, withShow } from "./reader/commands/maintenance.ts";
import { OutputError } from "./reader/read/print.ts";
import { addReport } from "./reader/commands/report.ts";
import { addServe } from "./reader/commands/serve.ts";
import { addTail } from "./reader/commands/tail.ts";

surviveClosedPipes();

// An empty variable counts as not set for every reader of the environment.
for (const [key, value] of Object.entries(process.env))
  if (key.startsWith("ANALYZE_") && value === "") delete process.env[key];

// In a checkout without settings, only the commands of npm start exist.
if (process.env["npm_lifecycle_event"] === "analyze" && process.env["ANALYZE_URL"] === undefined)
  process.env["ANALYZE_PLACE"] ??= "start";
spellCommandsFor(process.env);

// A deployment sets its release, shown as semver build metadata: 1.2.3+26f1c0a9d3b7.
const release = process.env["ANALYZE_RELEASE"];
const version = release === undefined ? released : `${released}+${release}`;

// node-cron computes in local time, even with another zone set: in the hour that a zone repeats in autumn it never fires.
process.env["TZ"] = "UTC";

const program = new Command("analyze")
  .description("Probes the service every minute, and logs one line for each minute.")
  .version(version)
  .showHelpAfterError(`(${typed("--help")} shows the commands)`);

// Imported on demand: commands that read the log do not load the poller.
program
  .command("run")
  .description("the client itself (default): one probe and one line in ANALYZE_LOG per slot")
  .action(async () => {
    const { run } = await import("./poller/commands/run.ts");
    process.exitCode = await run(process.env, version);
  });

program
  .command("once")
  .description("probe once and show the phases; exit code 0 if the probe is good")
  .option("--json", "as JSON")
  .option("--line", "as a line of the log")
  .action(async (options: { json?: true; line?: true }) => {
    const { probeOnce } = await import("./poller/commands/once.ts");
    process.exitCode = await probeOnce(process.env, version, options);
  });

program
  .command("doctor")
  .description("check each hop from this machine to the app, and stop at the first broken one (exit code 1)")
  .option("--json", "as JSON")
  .addOption(new Option("--cluster").hideHelp())
  .action(async (options: DoctorOptions) => {
    const { doctor } = await import("./poller/commands/doctor.ts");
    process.exitCode = await doctor(process.env, version, options);
  });

addReport(program, process.env);
addTail(program, process.env);
addServe(program);
addExport(program);
addMaintenance(program);
applyUsageRules(program);

const given = process.argv.slice(2);
try {
  // Not a default command: it would take a misspelt command as its argument.
  await program.parseAsync(given.length === 0 ? ["run"] : withShow(given), { from: "user" });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  // surviveClosedPipes reports a fault of the output itself.
  if (!(error instanceof OutputError)) process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
