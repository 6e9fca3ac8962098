import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Program, startProgram } from "../../../test/support/program.ts";
import { temporaryFolder } from "./fixture.ts";

/** A real OpenSSH server that accepts two keys, as the user who runs the test. */
export interface Sshd {
  /** Public key file, its private half beside it. */
  readonly keyFile: string;
  /** The same for a key that is accepted too, whose private half has the passphrase {@link passphrase}. */
  readonly lockedKeyFile: string;
  /** One line of the server's public key. */
  readonly hostKey: string;
  /** Programs put here are first in the PATH of whoever logs in. */
  readonly bin: string;
  start(): Promise<Program>;
}

interface SshdOptions {
  /** One more accepted public key. */
  readonly authorized?: string;
  readonly shell?: string;
}

export const passphrase = "correct horse";

/** Makes a key pair; returns the line of its public half. */
export function makeKey(file: string, secret = ""): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", secret, "-C", "", "-f", file]);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/**
 * Prepares a server for `address`; with `start` it listens, again after a stop too. `shell`: a program that runs in place of the
 * user's shell, with what was asked for in SSH_ORIGINAL_COMMAND.
 */
export function prepareSshd(address: string, port: number, { authorized, shell }: SshdOptions = {}): Sshd {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  mkdirSync(bin);
  // Where Debian's sshd puts its unprivileged half; it does not make the folder itself.
  mkdirSync("/run/sshd", { recursive: true });
  const hostKey = makeKey(join(folder, "host"));
  const accepted = [
    makeKey(join(folder, "me")),
    makeKey(join(folder, "locked"), passphrase),
    ...(authorized === undefined ? [] : [authorized]),
  ];
  writeFileSync(join(folder, "authorized_keys"), `${accepted.join("\n")}\n`);
  const config = join(folder, "sshd_config");
  const lines = [
    `ListenAddress ${address}:${port}`,
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    `SetEnv PATH=${bin}:/usr/local/bin:/usr/bin:/bin`,
    "PermitRootLogin prohibit-password",
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    ...(shell === undefined ? [] : [`ForceCommand ${shell}`]),
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  return {
    keyFile: join(folder, "me.pub"),
    lockedKeyFile: join(folder, "locked.pub"),
    hostKey,
    bin,
    start: async () => {
      const program = startProgram("/usr/sbin/sshd", ["-D", "-e", "-f", config]);
      await program.waitFor(/Server listening/);
      return program;
    },
  };
}

/** The last line of a client's log. */
export const clientLine =
  '2026-11-21T06:21:00Z ok    app         200    43ms late=4 try=1 wait=28 id=ec2a-29920701 out="x"';

/** Puts the client's own command on the PATH of whoever logs in, over a log that holds {@link clientLine}; what it runs as is in `<log>.pid`. */
export function putClient(bin: string, log: string): void {
  const client = fileURLToPath(new URL("../../../client/src/main.ts", import.meta.url));
  writeFileSync(log, `${clientLine}\n`);
  const exec = `ANALYZE_LOG='${log}' exec '${process.execPath}' '${client}' "$@"`;
  const file = join(bin, "analyze");
  writeFileSync(file, `#!/bin/sh\necho $$ >'${log}.pid'\n${exec}\n`);
  chmodSync(file, 0o755);
}
