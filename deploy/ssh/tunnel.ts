import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface TunnelOptions {
  /** ssh's options and the host (sshArguments). */
  readonly ssh: readonly string[];
  /** Port on the host's loopback. */
  readonly remotePort: number;
  /** The edge as this machine reaches it, `host:port`. */
  readonly to: string;
  /** Told of every change, as a sentence. */
  readonly say: (text: string) => void;
  /** Ends the tunnel. */
  readonly signal: AbortSignal;
  /** Wait before a new try after `failures` failures in a row, in ms (default: 1 s doubling to 30 s, with jitter). */
  readonly backoff?: (failures: number) => number;
}

/** ssh prints this once it is connected and the forwarding stands. */
const connected = "tunnel-connected";

/**
 * The command of one connection. `-R 127.0.0.1:…`: nobody but the host itself can use it. ServerAlive*: a dead connection is
 * noticed in 15 s. ExitOnForwardFailure: a tunnel whose port is taken ends instead of standing useless.
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

/** Holds a reverse tunnel open until `signal` aborts, and opens it again whenever it ends. */
export async function holdTunnel(options: TunnelOptions): Promise<void> {
  const { signal, say, backoff = standardBackoff } = options;
  let failures = 0;
  while (!signal.aborted) {
    const { stood, reason } = await connectOnce(options);
    if (signal.aborted) break;
    failures = stood ? 1 : failures + 1;
    const wait = backoff(failures);
    say(`${stood ? "cut" : "not connected"}: ${reason}; next try in ${(wait / 1000).toFixed(1)} s`);
    await delay(wait, undefined, { signal }).catch(() => {});
  }
}

async function connectOnce(options: TunnelOptions): Promise<{ stood: boolean; reason: string }> {
  const child = spawn("ssh", tunnelArguments(options), { stdio: ["pipe", "pipe", "pipe"] });
  const abort = (): boolean => child.kill();
  options.signal.addEventListener("abort", abort);
  let stood = false;
  let complaint = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (stood || !chunk.includes(connected)) return;
    stood = true;
    options.say(`open: 127.0.0.1:${options.remotePort} on the host is ${options.to} here`);
  });
  child.stderr.on("data", (chunk: Buffer) => (complaint = chunk.toString("utf8").trim() || complaint));
  try {
    const [code, signal] = await once(child, "close");
    return { stood, reason: complaint || `ssh ended (${String(code ?? signal)})` };
  } catch (error) {
    return { stood: false, reason: `ssh cannot be started (${String(error)})` };
  } finally {
    options.signal.removeEventListener("abort", abort);
  }
}

function standardBackoff(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.8 + 0.4 * Math.random());
}
