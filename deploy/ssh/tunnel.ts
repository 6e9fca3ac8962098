import { setTimeout as delay } from "node:timers/promises";
import { failure, run } from "../run.ts";
import { refusal } from "./refusal.ts";

export interface TunnelOptions {
  /** ssh's options and the host (sshArguments). */
  readonly ssh: readonly string[];
  /** The private key that ssh uses; null: those that it finds by itself. */
  readonly keyFile: string | null;
  /** Port on the host's loopback. */
  readonly remotePort: number;
  /** The edge as this machine reaches it, `host:port`. */
  readonly to: string;
  /** Told of every change, as a sentence. */
  readonly say: (text: string) => void;
  /** Wait before a new try after `failures` failures in a row, in ms (default: 1 s doubling to 30 s, with jitter). */
  readonly backoff?: (failures: number) => number;
}

/** ssh prints this once it is connected and the forwarding stands. */
const connected = "tunnel-connected";

/**
 * The command of one connection. `-R 127.0.0.1:…`: only the host itself can use it. ServerAlive*: a dead connection is
 * detected in 15 s. ExitOnForwardFailure: a tunnel whose port is in use ends instead of staying useless.
 */
function tunnelArguments({ ssh, remotePort, to }: Pick<TunnelOptions, "ssh" | "remotePort" | "to">): string[] {
  const options = {
    BatchMode: "yes",
    ExitOnForwardFailure: "yes",
    ServerAliveInterval: "5",
    ServerAliveCountMax: "3",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  // A remote command, unlike -N, tells when the connection is up; cat ends when the connection does.
  return [...flags, "-R", `127.0.0.1:${remotePort}:${to}`, ...ssh, "--", `echo ${connected} && exec cat`];
}

/**
 * Keeps a reverse tunnel open, and reopens it when it ends. Rejects with Interrupted at a signal, and with a UserError
 * if the host permanently rejects the first connection. A host that accepted one may reject for a while, as during its
 * shutdown.
 */
export async function holdTunnel(options: TunnelOptions): Promise<void> {
  const { say, keyFile, backoff = standardBackoff } = options;
  let failures = 0;
  let everStood = false;
  for (;;) {
    const { stood, reason, printed } = await connectOnce(options);
    everStood ||= stood;
    const refused = everStood ? null : await refusal(printed, keyFile);
    if (refused !== null) throw failure(`${refused}\n(ssh: ${reason})`);
    failures = stood ? 1 : failures + 1;
    const wait = backoff(failures);
    say(`${stood ? "cut" : "not connected"}: ${reason}; next try in ${(wait / 1000).toFixed(1)} s`);
    if (failures === 1 && /timed out/i.test(reason)) say(newAddress);
    await delay(wait);
  }
}

/** The usual cause of a time-out, also of a tunnel that stood: the firewall drops what comes from another address. */
const newAddress = "if the address of this machine has changed: `npm run deploy -- --my-ip` opens SSH to it";

async function connectOnce(options: TunnelOptions): Promise<{ stood: boolean; reason: string; printed: string }> {
  let stood = false;
  let complaint = "";
  const onOutput = (text: string, stream: "stdout" | "stderr"): void => {
    if (stream === "stderr") complaint = text.trim() || complaint;
    else if (!stood && text.includes(connected)) {
      stood = true;
      options.say(`open: 127.0.0.1:${options.remotePort} on the host is ${options.to} here`);
    }
  };
  const { code, stderr } = await run("ssh", tunnelArguments(options), { input: null, onOutput });
  if (code === 127 && complaint === "" && !stood) throw failure(stderr);
  return { stood, reason: complaint || `ssh ended with exit code ${code}`, printed: stderr };
}

function standardBackoff(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.8 + 0.4 * Math.random());
}
