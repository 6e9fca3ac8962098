import { closeSync, openSync, readFileSync } from "node:fs";
import { vi } from "vitest";
import { type Program, startProgram } from "../support/program.ts";

/**
 * Starts a program that writes its log to a file, and resolves when the file has the pattern. Not through a pipe: these
 * tests run commands synchronously, and a daemon would block on a full pipe.
 */
export async function startDaemon(command: string, args: string[], log: string, ready: RegExp): Promise<Program> {
  const file = openSync(log, "a");
  const program = startProgram(command, args, { stdio: ["ignore", file, file] });
  closeSync(file);
  const shown = (): string => readFileSync(log, "utf8");
  let over = false;
  void program.ended.then(() => (over = true));
  await vi.waitUntil(() => over || ready.test(shown()), { timeout: 120_000, interval: 100 });
  if (over) throw new Error(`${command} ended at its start:\n${shown()}`);
  return program;
}
