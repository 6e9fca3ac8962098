import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { readSettings } from "@analyze/common/settings";
import { applyUsageRules } from "@analyze/common/usage";
import { Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { analysisIdPattern, taskIdPattern, taskStates, type TaskState } from "../contract/tasks.ts";
import { defaultRedisUser, redisSettingsOf, redisVariables, type RedisSettings } from "../shared/queue/settings.ts";
import { keepUser, setUserOf, untilStopped } from "../shared/keep-user.ts";
import { doEach } from "./each.ts";
import type { Tasks } from "./tasks.ts";

surviveClosedPipes();

/** Each task of a list is read with its text, which may have 256 KiB. */
const most = 1_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function settings(): RedisSettings {
  const redis = redisSettingsOf(readSettings(z.object(redisVariables), process.env));
  if (!redis) throw new UserError("REDIS_URL is not set: name the Redis of web and worker");
  return redis;
}

/** Runs one command on the queue of this environment, and closes it. */
async function withTasks(command: (tasks: Tasks) => Promise<void>): Promise<void> {
  const redis = settings();
  // Loaded after the command line is valid: BullMQ takes a second.
  const { openTasks } = await import("./tasks.ts");
  const tasks = openTasks(redis);
  try {
    await command(tasks);
  } finally {
    await tasks.close();
  }
}

/** How many tasks to list. */
function count(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
}

/** The ID of a task or an analysis. Other keys of the queue, such as `meta`, are not. */
function id(text: string): string {
  if (taskIdPattern.test(text) || analysisIdPattern.test(text)) return text;
  throw new InvalidArgumentError("An ID has 23 characters, the first is t or a; npm run tasks -- list shows IDs.");
}

/** The same, repeated; a repeated ID counts once. */
function ids(text: string, before: string[] | undefined): string[] {
  return [...new Set([...(before ?? []), id(text)])];
}

const program = new Command("tasks").description("The tasks of the queue. REDIS_URL says where it is.");

program
  .command("list")
  .description("the newest tasks of a state")
  .addOption(new Option("--state <state>", "their state").choices(taskStates).default("failed"))
  .option("--count <number>", "how many", count, 25)
  .action((options: { state: TaskState; count: number }) =>
    withTasks(async (tasks) => {
      const lines = await tasks.list(options.state, options.count);
      say(lines.length > 0 ? lines.join("\n") : `No task is ${options.state}.`);
    }),
  );

program
  .command("show")
  .description("a task without its text and result")
  .argument("<id>", "its ID", id)
  .option("--whole", "with them")
  .action((one: string, options: { whole?: boolean }) =>
    withTasks(async (tasks) => say(await tasks.show(one, options.whole ?? false))),
  );

program
  .command("retry")
  .description("puts failed tasks back into the queue")
  .argument("[ids...]", "their IDs", ids)
  .option("--all", "every failed task")
  .action((some: string[], options: { all?: boolean }) => {
    if ((some.length === 0) !== (options.all === true)) throw new UserError("retry needs one or more IDs, or --all");
    return withTasks(async (tasks) =>
      doEach(options.all ? await tasks.failed() : some, { done: "Retried", one: (task) => tasks.retry(task), say }),
    );
  });

program
  .command("drop")
  .description("removes tasks for good")
  .argument("<ids...>", "their IDs", ids)
  .action((some: string[]) =>
    withTasks((tasks) => doEach(some, { done: "Dropped", one: (task) => tasks.drop(task), say })),
  );

program
  .command("user")
  .description(
    "makes the user of web and worker, or gives it the password and the rights; REDIS_URL and REDIS_PASSWORD are those of Redis' default user",
  )
  .argument("<folder>", "holds the files `username` and `password`")
  .option("--watch", "again at each change of the folder and each restart of Redis, until SIGTERM")
  .action(async (folder: string, options: { watch?: boolean }) => {
    const { usersOf } = await import("./user.ts");
    const users = usersOf(settings());
    const kept = { users, folder, defaultName: defaultRedisUser, say };
    try {
      await (options.watch ? keepUser({ ...kept, signal: untilStopped() }) : setUserOf(kept));
    } finally {
      users.close();
    }
  });

applyUsageRules(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
