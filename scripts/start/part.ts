import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, closeSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

export interface PartOptions {
  name: string;
  /** The program's main.ts. */
  entry: string;
  /** Settings on top of this process's environment. */
  env: Record<string, string>;
  /** Takes what the program prints; emptied at the start. */
  log: string;
  /** Restarts the program when a file of its source changes. */
  watch?: boolean;
  /** What it prints on stdout is shown, and only its errors go to the log. */
  shown?: boolean;
}

/** One of the programs that `npm start` runs, as a process of its own. */
export interface Part extends Pick<PartOptions, "name" | "log"> {
  readonly pid: number | undefined;
  /** Resolves with the way it ended, as the rest of a sentence. */
  ended: Promise<string>;
  /** Asks it to drain, and resolves when it has ended. */
  stop(): Promise<void>;
  kill(): void;
  /** The last lines that it printed. */
  lastLines(): string[];
}

/** Longer than any of the programs takes by its own limits. */
const stopLimitMs = 40_000;

/**
 * Starts a program in a process group of its own: Ctrl-C reaches the whole group of the terminal, and a second signal,
 * ours after the terminal's, would cut its draining short.
 */
export function startPart({ name, entry, env, log, watch = false, shown = false }: PartOptions): Part {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "w");
  const watching = watch ? ["--watch", "--watch-preserve-output"] : [];
  const child = spawn(process.execPath, [...watching, entry], {
    // No edge in front of it routes by readiness, so there is nobody to wait for before it closes.
    env: { DRAIN_DELAY_MS: "0", ...process.env, ...env },
    stdio: ["ignore", shown ? "inherit" : output, output],
    detached: true,
  });
  closeSync(output);
  const ended = endOf(child);
  return {
    name,
    log,
    pid: child.pid,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const limit = setTimeout(() => killGroup(child), stopLimitMs);
      await ended;
      clearTimeout(limit);
    },
    kill: () => killGroup(child),
    lastLines: () => readFileSync(log, "utf8").trimEnd().split("\n").slice(-8),
  };
}

/** With --watch the program is a child of the child. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    await once(child, "exit");
  } catch (error) {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
  return child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
}
