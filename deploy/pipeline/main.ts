import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { project } from "../images/docker.ts";
import { environmentOf } from "./expressions.ts";
import { runPipeline } from "./run-pipeline.ts";
import { startStandIns } from "./stand-ins.ts";
import { commandsOf, readWorkflow } from "./workflow.ts";

surviveClosedPipes();

const names = ["ci", "release", "prod"] as const;
const usage = `usage: npm run pipeline -- ${names.join("|")} --dry
Runs each command of .github/workflows/NAME.yml on this machine, in its order, and stops at the first that fails. In place of
GitHub's and AWS's: a registry and an API of AWS of this run on 127.0.0.1, a key pair of this run, and the cluster that KUBECONFIG
names. With --list it only prints the commands. PIPELINE_SKIP: commands to leave out, as a regular expression.`;

async function dry(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-pipeline-"));
  const skip = process.env["PIPELINE_SKIP"] ? new RegExp(process.env["PIPELINE_SKIP"]) : undefined;
  const commands = commandsOf(readWorkflow(join(project, ".github", "workflows", `${name}.yml`)));
  const standIns = await startStandIns(folder);
  try {
    const chosen = commands.filter(({ run }) => skip === undefined || !skip.test(run));
    const environment = ({ env }: (typeof chosen)[number]): NodeJS.ProcessEnv => ({
      ...standIns.env,
      ...environmentOf(env, standIns.expressions, standIns.overrides),
    });
    await runPipeline(chosen, { cwd: project, environment });
    process.stdout.write(`${name}: ${chosen.length} commands, all passed\n`);
  } finally {
    await standIns.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const [name = "", mode = ""] = process.argv.slice(2);
  if (!names.some((one) => one === name) || !["--dry", "--list"].includes(mode)) throw new UserError(usage);
  if (mode === "--dry") await dry(name);
  else {
    for (const { job, run } of commandsOf(readWorkflow(join(project, ".github", "workflows", `${name}.yml`))))
      process.stdout.write(`${job.padEnd(8)} ${run}\n`);
  }
} catch (error) {
  endWith(error);
}
