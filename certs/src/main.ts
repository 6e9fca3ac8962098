import { resolve } from "node:path";
import { Command, Option } from "commander";
import { CertsError } from "./error.ts";
import { issueAll, type Step } from "./issue.ts";
import { dateOf, missing } from "./inspect.ts";
import { type KeyKind, keyKinds } from "./keys.ts";
import { show } from "./show.ts";

interface Options {
  dir: string;
  host?: string[];
  key?: KeyKind;
  renew?: boolean;
  clients?: boolean;
  show?: boolean;
}

const what = {
  ca: "CA (ca.crt)",
  tls: "edge's certificate (tls.crt)",
  "clients-ca": "CA for clients (clients-ca.crt)",
  client: "client's certificate (client.crt)",
};

function line({ name, done, why, until }: Step): string {
  const end = `good until ${dateOf(until)}`;
  if (done === "kept") return `The ${what[name]} is still ${end}.`;
  return `Issued the ${what[name]}, ${end}${why === missing ? "" : `; the one before ${why}`}.`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function run(options: Options): Promise<void> {
  if (options.show) {
    const { text, faults } = show(options.dir);
    say(text);
    for (const fault of faults) process.stderr.write(`\n${fault}: "npm run certs" mends that\n`);
    process.exitCode = faults.length > 0 ? 1 : 0;
    return;
  }
  const { host: hosts, key: keyKind, dir, renew = false, clients = false } = options;
  const steps = await issueAll({ dir: resolve(dir), hosts, keyKind, renew, clients });
  for (const step of steps) say(line(step));
  say(`In ${dir}; "npm run certs -- --show" tells what they are and who trusts them.`);
}

const program = new Command("certs")
  .description("Issues the private CA and the edge's certificate. Does nothing while they are good.")
  .option("--dir <folder>", "where they are kept", "certs/issued")
  .option("--host <host...>", "hostname or address, repeatable (default: analyze.test, localhost, 127.0.0.1)")
  .addOption(new Option("--key <kind>", "kind of key (default: p256)").choices(keyKinds))
  .option(
    "--renew",
    "replace the edge's certificate now; CA and key stay, so no client notices (another key: remove tls.key first)",
  )
  .option("--clients", "also a second CA and a client's certificate, for mutual TLS")
  .option("--show", "tell in words what is there, until when, and who would trust it; change nothing")
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  // What the file system refuses (EACCES: permission denied, open '…') says enough by itself.
  if (!(error instanceof CertsError || (error instanceof Error && "syscall" in error))) throw error;
  process.stderr.write(`certs: ${error.message}\n`);
  process.exitCode = 1;
}
