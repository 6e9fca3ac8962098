import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { connect } from "../cluster/cluster.ts";
import { project } from "../images/docker.ts";
import { requireBuilder } from "../images/publish.ts";
import { announce } from "../progress.ts";
import { must } from "../run.ts";
import { cloneTo } from "./checkout.ts";
import { gaps } from "./emulator-gaps.ts";
import { environmentOf } from "./expressions.ts";
import { type Name, names, namespace, planOf } from "./plan.ts";
import { runPipeline } from "./run-pipeline.ts";
import { startStandIns } from "./stand-ins.ts";
import { type Command, commandsOf, readWorkflow } from "./workflow.ts";

surviveClosedPipes();

const usage = `usage: npm run pipeline -- ${names.join("|")} --dry
Runs each command of .github/workflows/NAME.yml on this machine, in its order, in a clone of the commit, and stops at the first that
fails. In place of GitHub's and AWS's: a registry and an API of AWS of this run on 127.0.0.1, a key pair of this run, and the cluster
that KUBECONFIG names, which must be able to pull from that registry. It ends with a deployed and verified digest.
With --list it only prints the commands. PIPELINE_SKIP: commands to leave out, as a regular expression.`;

function read(name: Name): Command[] {
  return commandsOf(readWorkflow(join(project, ".github", "workflows", `${name}.yml`)));
}

/** The workflow's commands; for prod, preceded by those of the release that it deploys. */
function commandsFor(name: Name): Command[] {
  const release = name === "prod" ? read("release").filter(({ run }) => !/scan|chart:push/.test(run)) : [];
  return [...release, ...read(name)];
}

/** The commands to leave out; undefined: none. */
function skipped({ PIPELINE_SKIP: pattern }: NodeJS.ProcessEnv): RegExp | undefined {
  try {
    return pattern ? new RegExp(pattern) : undefined;
  } catch (error) {
    throw new UserError(`PIPELINE_SKIP is no regular expression: ${error instanceof Error ? error.message : ""}`);
  }
}

async function dry(name: Name): Promise<void> {
  const skip = skipped(process.env);
  // What would fail at the end of a long run fails at its beginning.
  const { context } = await connect();
  await requireBuilder();
  announce(`cluster: context ${context}, namespace ${namespace}`);
  const folder = mkdtempSync(join(tmpdir(), "analyze-pipeline-"));
  try {
    await runIn(folder, name, skip);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the commands with `folder` for all that they write. */
async function runIn(folder: string, name: Name, skip: RegExp | undefined): Promise<void> {
  const checkout = join(folder, "checkout");
  const standIns = await startStandIns(folder, await cloneTo(checkout, project), name === "prod");
  try {
    if (name === "prod") await fillGaps(checkout, standIns.env);
    const planned = planOf(name, commandsFor(name), standIns.expressions(), skip);
    for (const { instead } of planned) if (instead !== null) announce(`replaced: ${instead}`);
    const environment = ({ env }: Command): NodeJS.ProcessEnv => ({
      ...standIns.env,
      ...environmentOf(env, standIns.expressions(), standIns),
    });
    const commands = planned.map(({ command }) => command);
    await runPipeline(commands, { cwd: checkout, environment });
    process.stdout.write(`${name}: ${commands.length} commands, all passed\n`);
  } finally {
    await standIns.stop();
  }
}

/** What moto lacks is left out of stage dev: Terraform merges an override over the stack that the clone synthesises. */
async function fillGaps(checkout: string, env: NodeJS.ProcessEnv): Promise<void> {
  await must("npm", ["--prefix", "cdktf", "run", "synth"], { cwd: checkout, env: { ...env, ANALYZE_STAGE: "dev" } });
  const stack = join(checkout, "cdktf", "cdktf.out", "stacks", "dev");
  writeFileSync(join(stack, "emulator_override.tf.json"), JSON.stringify(gaps(stack)));
}

try {
  answerHelp(usage, process.argv.slice(2));
  const [given = "", mode = "", ...others] = process.argv.slice(2);
  const name = names.find((one) => one === given);
  if (name === undefined || !["--dry", "--list"].includes(mode) || others.length > 0) throw new UserError(usage);
  if (mode === "--dry") await dry(name);
  else for (const { job, run } of commandsFor(name)) process.stdout.write(`${job.padEnd(8)} ${run}\n`);
} catch (error) {
  endWith(error);
}
