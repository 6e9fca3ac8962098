import { spawn } from "node:child_process";
import { once } from "node:events";
import { formatLine } from "../line/format.ts";
import type { DownLine, UpLine } from "../line/record.ts";
import { formatInstant } from "../line/value.ts";

/** What a hook needs. */
export interface HookOptions {
  /** A command line for the shell. */
  command: string;
  url: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  /** Called when the command fails or takes too long. */
  warn(message: string): void;
}

/** The change of state as environment variables: a server's text never becomes part of a command line. */
function factsOf(line: DownLine | UpLine, url: string): Record<string, string> {
  const facts = line.kind === "DOWN" ? { hop: line.hop, err: line.err, hint: line.hint } : {};
  return {
    ANALYZE_STATE: line.kind,
    ANALYZE_TARGET: url,
    ANALYZE_SINCE: formatInstant(line.since),
    ANALYZE_SLOTS: String(line.slots),
    ANALYZE_HOP: facts.hop ?? "",
    ANALYZE_ERROR: facts.err ?? "",
    ANALYZE_HINT: facts.hint ?? "",
    ANALYZE_LINE: formatLine(line).trimEnd(),
  };
}

/** Runs the hook for one change of state. Resolves when it has ended; never rejects. */
export async function runHook(
  { command, url, env, timeoutMs, warn }: HookOptions,
  line: DownLine | UpLine,
): Promise<void> {
  try {
    const child = spawn(command, {
      shell: true,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...env, ...factsOf(line, url) },
      detached: process.platform !== "win32",
    });
    const timer = setTimeout(() => {
      warn(`the hook for ${line.kind} was ended after ${timeoutMs / 1000} s`);
      if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
    }, timeoutMs);
    const [code, signal]: [number | null, string | null] = await once(child, "exit").then(([c, s]) => [c, s]);
    clearTimeout(timer);
    if (code !== 0 && signal === null) warn(`the hook for ${line.kind} failed with code ${code}`);
  } catch (error) {
    warn(`the hook for ${line.kind} cannot be started: ${String(error)}`);
  }
}
