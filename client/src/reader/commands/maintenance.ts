import { parseDuration } from "@analyze/common/time";
import { InvalidArgumentError, Option, type Command } from "commander";
import { formatInstant, visible } from "../../line/value.ts";
import { announce, DamagedAnnouncement, maintenanceAt, withdraw, type Maintenance } from "../../log/maintenance.ts";
import { typed } from "../../log/typed.ts";
import { logOption } from "../read/options.ts";
import { ReadError, reasonOf } from "../read/read-error.ts";

/** A line of the log has at most 512 bytes, its other fields included. */
const longestReason = 200;

interface Begin {
  why: string;
  for?: string;
  log: string;
}

function sentence({ since, until, why }: Maintenance): string {
  const limit = until === undefined ? `until "${typed("maintenance end")}"` : `until ${formatInstant(until)}`;
  return `Maintenance from ${formatInstant(since)} ${limit}: ${visible(why)}`;
}

function lengthOf(text: string): number {
  const length = parseDuration(text);
  if (length) return length;
  throw new ReadError(`"${text}" is not a duration. Use 45min, 2h or 1d`);
}

function reason(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Give a reason.");
  if (text.length > longestReason)
    throw new InvalidArgumentError(
      `Give a reason of at most ${longestReason} characters: each planned line contains it.`,
    );
  return text;
}

async function written(work: Promise<void>, log: string): Promise<void> {
  await work.catch((error: unknown) => {
    throw new ReadError(`${log}.maintenance cannot be written: ${reasonOf(error)}`);
  });
}

async function current(log: string, now: number): Promise<Maintenance | undefined> {
  return maintenanceAt(log, now).catch((error: unknown) => {
    const next = `${typed("maintenance begin")} announces again, ${typed("maintenance end")} removes it`;
    if (error instanceof DamagedAnnouncement) throw new ReadError(`${error.message}; ${next}`);
    throw new ReadError(`The announcement for ${log} cannot be read: ${reasonOf(error)}`);
  });
}

async function begin(options: Begin): Promise<void> {
  const now = Date.now();
  const until = options.for === undefined ? {} : { until: now + lengthOf(options.for) };
  // A second `begin` keeps the start, and replaces reason and end.
  const since = (await current(options.log, now).catch(() => undefined))?.since ?? now;
  const maintenance = { since, ...until, why: options.why };
  await written(announce(options.log, maintenance), options.log);
  process.stdout.write(`${sentence(maintenance)}\n`);
}

async function end({ log }: { log: string }): Promise<void> {
  const found = await maintenanceAt(log, Date.now()).catch((error: Error) => error);
  await written(withdraw(log), log);
  if (found instanceof Error) process.stdout.write(`Removed an unreadable announcement: ${reasonOf(found)}.\n`);
  else process.stdout.write(found ? `Ended. ${sentence(found)}\n` : "No maintenance was announced.\n");
}

async function show({ log }: { log: string }): Promise<void> {
  const found = await current(log, Date.now());
  process.stdout.write(`${found ? sentence(found) : "No maintenance is announced."}\n`);
}

/** `maintenance` alone shows the announcement. Not a default command, which would take a misspelt command as its argument. */
export function withShow(args: string[]): string[] {
  const [command, next = "--log"] = args;
  if (command !== "maintenance" || !next.startsWith("--log")) return args;
  return [command, "show", ...args.slice(1)];
}

/** Adds `analyze maintenance`: announced failures are written as `planned`, also by a client that runs already. */
export function addMaintenance(program: Command): void {
  const maintenance = program
    .command("maintenance")
    .description("announce maintenance: failures become planned, and do not count in error budget, DOWN and hook");
  maintenance
    .command("begin")
    .description("failures are planned from now on, also after a restart of the client or the machine")
    .requiredOption("--why <text>", "the reason, shown in each planned line and in the report", reason)
    .addOption(new Option("--for <duration>", "how long: 45min, 2h, 1d (default: until maintenance end)"))
    .addOption(logOption())
    .action(begin);
  maintenance.command("end").description("failures count again").addOption(logOption()).action(end);
  maintenance.command("show").description("show the announcement").addOption(logOption()).action(show);
}
