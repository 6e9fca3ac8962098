import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";

/** A real process under test: its output so far, and ways to wait for output and its end. */
export interface Program {
  readonly child: ChildProcess;
  /** The output so far, stdout and stderr together. */
  output(): string;
  /** Resolves with the first match in the output; rejects when the program ends, or after `timeoutMs`, without one. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Sends the signal (default SIGTERM) and resolves with the exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code, null when a signal ended it. */
  ended: Promise<number | null>;
}

/** Starts a program. The caller stops it, in `finally` or `afterAll`. */
export function startProgram(command: string, args: string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let printed = "";
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    printed += chunk.toString("utf8");
    for (const listener of listeners) listener();
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);

  return {
    child,
    ended,
    output: () => printed,
    waitFor: (pattern, timeoutMs = 60_000) => {
      const match = Promise.withResolvers<RegExpMatchArray>();
      const look = (): void => {
        const found = printed.match(pattern);
        if (found) match.resolve(found);
      };
      listeners.add(look);
      look();
      const fail = (why: string): void => match.reject(new Error(`${why} before ${pattern}. It printed:\n${printed}`));
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      void ended.then((code) => fail(`the program ended (${code})`));
      return match.promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(look);
      });
    },
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
}

/** Whether a process with this ID is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
