import { Option, type Command } from "commander";
import { formatInstant, visible } from "../../line/value.ts";
import { parseDuration } from "../../log/duration.ts";
import { announce, maintenanceAt, withdraw, type Maintenance } from "../../log/maintenance.ts";
import { logOption } from "../read/options.ts";
import { ReadError, reasonOf } from "../read/read-error.ts";

interface Begin {
  why: string;
  for?: string;
  log: string;
}

function sentence({ since, until, why }: Maintenance): string {
  const limit = until === undefined ? 'until "analyze maintenance end"' : `until ${formatInstant(until)}`;
  return `Maintenance from ${formatInstant(since)} ${limit}: ${visible(why)}`;
}

function lengthOf(text: string): number {
  const length = parseDuration(text);
  if (length) return length;
  throw new ReadError(`"${text}" is not a duration. Use 45min, 2h or 1d`);
}

async function written(work: Promise<void>, log: string): Promise<void> {
  await work.catch((error: unknown) => {
    throw new ReadError(`${log}.maintenance cannot be written: ${reasonOf(error)}`);
  });
}

async function current(log: string, now: number): Promise<Maintenance | undefined> {
  return maintenanceAt(log, now).catch((error: unknown) => {
    throw new ReadError(`What was announced for ${log} cannot be read: ${reasonOf(error)}`);
  });
}

async function begin(options: Begin): Promise<void> {
  const now = Date.now();
  const until = options.for === undefined ? {} : { until: now + lengthOf(options.for) };
  // Begun a second time, it goes on, with the new reason and the new end.
  const since = (await current(options.log, now).catch(() => undefined))?.since ?? now;
  const maintenance = { since, ...until, why: options.why };
  await written(announce(options.log, maintenance), options.log);
  process.stdout.write(`${sentence(maintenance)}\n`);
}

async function end({ log }: { log: string }): Promise<void> {
  const found = await current(log, Date.now()).catch(() => undefined);
  await written(withdraw(log), log);
  process.stdout.write(found ? `Ended. ${sentence(found)}\n` : "No maintenance was announced.\n");
}

async function show({ log }: { log: string }): Promise<void> {
  const found = await current(log, Date.now());
  process.stdout.write(`${found ? sentence(found) : "No maintenance is announced."}\n`);
}

/** Adds `analyze maintenance`: failures that are announced are written as `planned`, by a client that runs too. */
export function addMaintenance(program: Command): void {
  const maintenance = program
    .command("maintenance")
    .description("announce maintenance: failures are written as planned, and kept out of budget, DOWN and hook");
  maintenance
    .command("begin")
    .description("failures are planned from now on, also after a restart of the client or the machine")
    .requiredOption("--why <text>", "the reason, which stands in each planned line and in the report")
    .addOption(new Option("--for <duration>", "how long: 45min, 2h, 1d (default: until it is ended)"))
    .addOption(logOption())
    .action(begin);
  maintenance.command("end").description("failures count again").addOption(logOption()).action(end);
  maintenance.command("show", { isDefault: true }).description("what is announced").addOption(logOption()).action(show);
}
