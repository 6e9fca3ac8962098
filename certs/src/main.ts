import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { applyUsageRules } from "@analyze/common/usage";
import { day, parseDuration } from "@analyze/common/time";
import { Command, InvalidArgumentError, Option } from "commander";
import { certsCommand, spellCommandsAs } from "./command.ts";
import { requireFolder } from "./folder.ts";
import { defaultHosts, issueAll, type IssueOptions, type Step } from "./issue.ts";
import { topLevelWarnings } from "./hosts.ts";
import { dateOf } from "./inspect.ts";
import { type KeyKind, keyKinds } from "./keys.ts";
import { missing, switched } from "./leaf.ts";
import { show } from "./show.ts";
import { warningsOf } from "./warnings.ts";

surviveClosedPipes();

/** The command that runs this program without npm, in a container. It includes the folder. */
const ownCommand = process.env["ANALYZE_CERTS_COMMAND"];

/** Node fires longer timers at once. */
const longestPeriod = 24 * day;

/** The limit for dates that a certificate can have. */
const longestOverlap = 9999 * day;

interface Options {
  dir: string;
  host?: string[];
  key?: KeyKind;
  renew?: boolean;
  newKey?: boolean;
  clients?: boolean;
  replaceCa?: boolean;
  overlap: number;
  every?: number;
  show?: boolean;
}

const what = {
  ca: "CA (ca.crt)",
  "ca-next": "next CA (ca-next.crt)",
  "ca-old": "old CA (ca-old.crt)",
  tls: "edge certificate (tls.crt)",
  "clients-ca": "CA for client certificates (clients-ca.crt)",
  client: "client certificate (client.crt)",
};

function line({ name, done, why, until, hasNewKey }: Step): string {
  const validity = `valid until ${dateOf(until)}`;
  if (done === "kept") return `Kept the ${what[name]}, ${validity}.`;
  if (why === switched && name === "ca")
    return `Issued the ${what[name]}, ${validity}. It replaces the previous one: every client needs this ca.crt.`;
  const before = why === missing ? "" : `, with ${hasNewKey ? "a new" : "the same"} key. The previous one ${why}`;
  return `Issued the ${what[name]}, ${validity}${before}.`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(lines: string[]): void {
  for (const text of lines) process.stderr.write(`${text}\n`);
}

function report(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  complain([`certs: ${error.message}`]);
  process.exitCode = error.exitCode;
}

async function issue(options: IssueOptions): Promise<Step[]> {
  const steps = await issueAll(options);
  complain([...topLevelWarnings(options.hosts), ...warningsOf(options.dir)]);
  return steps;
}

/** Issues what is due, now and after each period, until a signal. Reports a fault and retries. */
async function stay(options: IssueOptions, everyMs: number): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  while (!stop.signal.aborted) {
    const steps = await issue(options).catch((error: unknown) => report(error));
    for (const step of steps ?? []) if (step.done === "issued") say(line(step));
    await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  process.exitCode = 0;
}

async function run(options: Options): Promise<void> {
  const { host: hosts, key: keyKind, renew = false, newKey = false, clients = false } = options;
  const dir = resolve(options.dir);
  if (ownCommand) spellCommandsAs(ownCommand, dir);
  requireFolder(dir);
  if (!options.replaceCa && program.getOptionValueSource("overlap") !== "default")
    throw new UserError("--overlap is for --replace-ca only: add it, or leave --overlap out");
  if (options.show) {
    const { text, faults } = show(dir);
    say(text);
    complain(faults.map((fault) => `\n${fault}`));
    process.exitCode = faults.length > 0 ? 1 : 0;
    return;
  }
  const replace = options.replaceCa ? { overlapMs: options.overlap } : undefined;
  const wanted = { dir, hosts, keyKind, renew: renew || (newKey && !replace), newKey, clients, replace };
  if (options.every !== undefined) return stay({ dir, hosts, keyKind, clients }, options.every);
  for (const step of await issue(wanted)) say(line(step));
  say(`Folder: ${options.dir}. "${certsCommand(dir, "--show")}" shows them and how clients trust them.`);
}

function duration(text: string): number {
  const milliseconds = text === "0" ? 0 : parseDuration(text);
  if (milliseconds === undefined || milliseconds > longestOverlap)
    throw new InvalidArgumentError("Give a duration such as 14d, 12h or 30m.");
  return milliseconds;
}

function period(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds === 0 || milliseconds > longestPeriod)
    throw new InvalidArgumentError("Give a duration of 1s to 24d, such as 12h.");
  return milliseconds;
}

function folder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Give the folder of the certificates.");
  return text;
}

const program = new Command("certs")
  .description(
    "Issues the private CA and the edge's certificate, and renews them before they expire. Does nothing while they are good.",
  )
  .option("--dir <folder>", "folder of the certificates", folder, "certs/issued")
  .option("--host <host...>", `hostname or address, repeatable (default: ${defaultHosts.join(", ")})`)
  .addOption(new Option("--key <kind>", "kind of key (default: p256)").choices(keyKinds))
  .option("--renew", "renew the edge's certificate now. The CA and the key stay, so clients need no change")
  .option("--new-key", "the same, with a new key")
  .option("--clients", "also issue a second CA and a client certificate, for mutual TLS")
  .option("--replace-ca", "replace the CA; during the overlap, clients trust the old and the new one")
  .addOption(
    new Option(
      "--overlap <duration>",
      "with --replace-ca: time for clients to get the new ca.crt, and the same again until the old CA is removed",
    )
      .argParser(duration)
      .default(14 * day, "14d"),
  )
  .addOption(
    new Option("--every <duration>", "keep running, and check after each duration (1s to 24d)")
      .argParser(period)
      .conflicts(["renew", "newKey", "replaceCa"]),
  )
  .addOption(
    new Option(
      "--show",
      "show the certificates and who trusts them. Changes nothing; exit code 1 if something is due",
    ).conflicts(["host", "key", "renew", "newKey", "clients", "replaceCa", "every"]),
  )
  .showHelpAfterError(`"${ownCommand || "npm run certs --"} --help" lists the options.`)
  .action(run);
applyUsageRules(program);

try {
  await program.parseAsync();
} catch (error) {
  report(error);
}
