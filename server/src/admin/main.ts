import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { readSettings } from "@analyze/common/settings";
import { Command } from "commander";
import { z } from "zod";
import { redisSettingsOf, redisVariables } from "../shared/queue/settings.ts";
import { openTasks, stateNamed, type Tasks } from "./tasks.ts";

surviveClosedPipes();

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs one command on the queue of this environment, and closes it. */
async function withTasks(command: (tasks: Tasks) => Promise<void>): Promise<void> {
  const redis = redisSettingsOf(readSettings(z.object(redisVariables), process.env));
  if (!redis) throw new UserError("REDIS_URL is not set: name the Redis of web and worker");
  const tasks = openTasks(redis);
  try {
    await command(tasks);
  } finally {
    await tasks.close();
  }
}

const program = new Command("tasks").description("The tasks of the queue. REDIS_URL says where it is.");

program
  .command("list")
  .description("the newest tasks of a state")
  .option("--state <state>", "waiting, active, completed or failed", "failed")
  .option("--count <number>", "how many", "25")
  .action((options: { state: string; count: string }) =>
    withTasks(async (tasks) => {
      const lines = await tasks.list(stateNamed(options.state), Number.parseInt(options.count, 10) || 25);
      say(lines.length > 0 ? lines.join("\n") : `No task is ${options.state}.`);
    }),
  );

program
  .command("show <id>")
  .description("a task without its text and result")
  .option("--whole", "with them")
  .action((id: string, options: { whole?: boolean }) =>
    withTasks(async (tasks) => say(await tasks.show(id, options.whole ?? false))),
  );

program
  .command("retry [ids...]")
  .description("puts failed tasks back into the queue")
  .option("--all", "every failed task")
  .action((ids: string[], options: { all?: boolean }) =>
    withTasks(async (tasks) => {
      const wanted = options.all ? await tasks.failed() : ids;
      if (wanted.length === 0 && !options.all) throw new UserError("retry needs an ID, or --all");
      for (const id of wanted) await tasks.retry(id);
      say(`Retried ${wanted.length}.`);
    }),
  );

program
  .command("drop <ids...>")
  .description("removes tasks for good")
  .action((ids: string[]) =>
    withTasks(async (tasks) => {
      for (const id of ids) await tasks.drop(id);
      say(`Dropped ${ids.length}.`);
    }),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
