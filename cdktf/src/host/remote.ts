import type { EC2Client } from "@aws-sdk/client-ec2";
import type { HostConfig } from "./config.ts";
import { consoleOf, isPinned, keysOnConsole, pin } from "./host-keys.ts";
import { addressOf, type Instance } from "./instance.ts";

/** A program of this machine and its arguments. */
export type Command = [program: string, args: string[]];

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
    // Debian's default hashes the names of known hosts.
    HashKnownHosts: "no",
    // If no key was pinned from the console, the first key seen is pinned.
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

/** Pins the host's keys from the console's text if they are there and none is pinned yet, and reports it on stderr. */
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

/** ssh's own exit code, which no command of the client has. */
const notConnected = 255;

/** Says on stderr what to do if ssh failed before the command ran. Returns the exit code. */
export function explainConnection(code: number): number {
  if (code !== notConnected) return code;
  process.stderr.write(
    "ssh failed, and its reason is above. Timed out: your address may have changed, and `npm run deploy -- --my-ip` opens SSH to it. " +
      "Refused: the host may still be starting, and `npm run host -- status` shows its checks.\n",
  );
  return code;
}

/** What runs `line` (a shell line; empty: a login) on the host by ssh. */
export function sshCommand(destination: Destination, line: string, terminal = false): Command {
  return ["ssh", [...(terminal ? ["-t"] : []), ...sshArguments(destination), ...(line === "" ? [] : ["--", line])]];
}
