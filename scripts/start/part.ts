import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { inFolder } from "./files.ts";

export interface PartOptions {
  name: string;
  /** The program's main.ts; with `native`, another program's file. */
  entry: string;
  args?: string[];
  native?: boolean;
  /** Settings on top of this process's environment. */
  env: Record<string, string>;
  /** The file for the program's output; emptied at the start. */
  log: string;
  /** Restarts the program when a file of its source changes. */
  watch?: boolean;
  /** Its output is shown; its stderr goes to the log too. */
  shown?: boolean;
}

/** One of the programs that `npm start` runs, as a separate process. */
export interface Part extends Pick<PartOptions, "name" | "entry" | "log" | "shown"> {
  readonly pid: number | undefined;
  /** Resolves with how it ended, as the rest of a sentence. */
  ended: Promise<string>;
  /** Sends SIGTERM, and resolves when it has ended. */
  stop(): Promise<void>;
  kill(): void;
  /** The last lines of its output. */
  lastLines(): string[];
}

/** Longer than the limits of the programs themselves. */
const stopLimitMs = 40_000;
const messagesLimitMs = 1000;

/**
 * Starts a program in a new process group: Ctrl-C goes to the terminal's whole group, and a second signal, ours after
 * the terminal's, would cut its draining short.
 */
export function startPart({
  name,
  entry,
  args = [],
  native = false,
  env,
  log,
  watch = false,
  shown = false,
}: PartOptions): Part {
  const output = inFolder(log, () => openSync(log, "w"));
  const watching = watch ? ["--watch", "--watch-preserve-output"] : [];
  const [command, given] = native ? [entry, args] : [process.execPath, [...watching, entry, ...args]];
  const child = spawn(command, given, {
    // No edge uses readiness here, so it need not wait before closing.
    env: { ...process.env, DRAIN_DELAY_MS: process.env["DRAIN_DELAY_MS"] || "0", ...env },
    stdio: ["ignore", shown ? "inherit" : output, shown ? "pipe" : output],
    detached: true,
  });
  if (child.stderr) copyTo(output, child.stderr);
  else closeSync(output);
  const ended = endOf(child);
  return {
    name,
    entry,
    log,
    shown,
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

/** Shows messages among the program's lines, and keeps them in the file. */
function copyTo(file: number, messages: Readable): void {
  messages.on("data", (chunk: Buffer) => {
    process.stderr.write(chunk);
    try {
      writeSync(file, chunk);
    } catch {
      // The disk may be full. The message is still on the screen.
    }
  });
  messages.on("close", () => closeSync(file));
}

/** Waits for the last messages, but not for a hook that outlives the program and keeps its stderr open. */
async function lastMessages(messages: Readable | null): Promise<void> {
  if (!messages || messages.closed) return;
  await once(messages, "close", { signal: AbortSignal.timeout(messagesLimitMs) }).catch(() => messages.destroy());
}

/** The exit of a program that drained. */
export const drained = "ended with code 0";

async function endOf(child: ChildProcess): Promise<string> {
  try {
    await once(child, "exit");
    await lastMessages(child.stderr);
  } catch (error) {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
  return child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
}
