import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { HostConfig } from "./config.ts";
import { HostError } from "./host-error.ts";
import { consoleOf, isPinned, keysOnConsole, pin } from "./host-keys.ts";
import { addressOf, type Instance } from "./instance.ts";

/** A program of this machine and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** One host, and the settings to reach it. */
export interface Destination {
  readonly config: HostConfig;
  readonly instance: Instance;
}

/** ssh's options for one host. `-o HostKeyAlias`: the pinned key belongs to the instance, not to its address. */
export function sshArguments({ config, instance }: Destination): string[] {
  const { knownHostsFile } = config;
  const options = {
    UserKnownHostsFile: knownHostsFile,
    HostKeyAlias: instance.id,
    // Where no key was pinned from the console, the first one seen is kept, and only that one is taken from then on.
    StrictHostKeyChecking: isPinned(knownHostsFile, instance.id) ? "yes" : "accept-new",
    ConnectTimeout: "10",
  };
  return [
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    "-p",
    String(config.sshPort),
    "-l",
    config.sshUser,
    ...(config.identityFile === null ? [] : ["-i", config.identityFile, "-o", "IdentitiesOnly=yes"]),
    addressOf(instance),
  ];
}

/** Pins the host's keys from the console's text if they are there and none is pinned yet; says so on stderr. */
export async function pinFromConsole(ec2: EC2Client, { config, instance }: Destination): Promise<void> {
  const { knownHostsFile } = config;
  if (isPinned(knownHostsFile, instance.id)) return;
  const keys = keysOnConsole(await consoleOf(ec2, instance.id).catch(() => ""));
  if (keys.length === 0) {
    process.stderr.write(
      "The console shows no host keys: the first key that the host shows is kept and required later.\n",
    );
    return;
  }
  pin(knownHostsFile, instance.id, keys);
  process.stderr.write(`Pinned ${keys.length} host keys of ${instance.id} from its console.\n`);
}

/** What runs `line` (a shell line; empty: a login) on the host by ssh. */
export function sshCommand(destination: Destination, line: string, terminal = false): Command {
  return ["ssh", ...(terminal ? ["-t"] : []), ...sshArguments(destination), ...(line === "" ? [] : ["--", line])];
}

const sources: Readonly<Record<string, string>> = {
  aws: "install the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html, and its Session Manager plugin",
  ssh: "install OpenSSH's client",
};

/** Throws a HostError that says where the program is to be had. */
export function cannotStart(program: string, cause: unknown): never {
  throw new HostError(`${program} cannot be started: ${sources[program] ?? "install it"} (${String(cause)})`, {
    cause,
  });
}

/** Runs the command on this terminal. Resolves with its exit code; rejects with a HostError when it cannot be started. */
export async function run([program, ...args]: Command): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  const release = handSignals(child);
  try {
    const [code] = await once(child, "close");
    return typeof code === "number" ? code : 1;
  } catch (error) {
    return cannotStart(program, error);
  } finally {
    release();
  }
}

function leaveToChild(): void {}

/** Signals are the child's: Ctrl-C reaches it from the terminal, the others are passed on. The answer undoes it. */
function handSignals(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals): boolean => child.kill(signal);
  process.on("SIGINT", leaveToChild);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, pass);
  return () => {
    process.off("SIGINT", leaveToChild);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.off(signal, pass);
  };
}

/** Runs the command and gives what it printed; undefined when it failed or took longer than `timeoutMs`. */
export async function capture([program, ...args]: Command, timeoutMs: number): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], timeout: timeoutMs });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString("utf8")));
  const code = await once(child, "close").then(
    ([exit]: unknown[]) => exit,
    () => 1,
  );
  return code === 0 ? printed : undefined;
}
