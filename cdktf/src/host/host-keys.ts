import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { GetConsoleOutputCommand, type EC2Client } from "@aws-sdk/client-ec2";

const begin = "-----BEGIN SSH HOST KEY KEYS-----";
const end = "-----END SSH HOST KEY KEYS-----";
const keyLine = /(?:^|\s)((?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+=*)/;

/**
 * The host's public keys as cloud-init printed them at first boot (`type base64`, one each); empty if they are no
 * longer in the console's text, of which EC2 keeps the last 64 KB.
 */
export function keysOnConsole(text: string): string[] {
  const from = text.lastIndexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return [];
  const lines = text.slice(from + begin.length, to).split("\n");
  return lines.flatMap((line) => keyLine.exec(line)?.[1] ?? []);
}

/** The console's text, decoded; empty when EC2 has none yet. */
export async function consoleOf(ec2: EC2Client, instanceId: string): Promise<string> {
  const { Output = "" } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: instanceId }));
  return Buffer.from(Output, "base64").toString("utf8");
}

/** Whether `file` already has keys of this host. */
export function isPinned(file: string, alias: string): boolean {
  return read(file)
    .split("\n")
    .some((line) => line.startsWith(`${alias} `));
}

/** Adds the keys to a known_hosts file under the instance's ID: another machine can get the address, but not the ID. */
export function pin(file: string, alias: string, keys: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, read(file) + keys.map((key) => `${alias} ${key}\n`).join(""), { mode: 0o600 });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
