import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { errorCode, UserError } from "@analyze/common/errors";
import { x } from "tinyexec";
import { howToInstall } from "./installation.ts";

/** How a program ended, and its output on captured streams. */
export interface Output {
  /** Exit code; 128 + n if signal n ended it; 127 if it is not installed. */
  code: number;
  stdout: string;
  stderr: string;
}

type Stream = "stdin" | "stdout" | "stderr";

export interface RunOptions {
  /** Written to its standard input. Null: the input stays open and empty until the program ends. Default: no input. */
  input?: string | null;
  /** Added to the environment of this process. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Streams of this process that the program inherits. The others are captured. Default: none. */
  share?: readonly Stream[];
  /** The program gets SIGTERM after this time. */
  timeoutMs?: number;
  /** Called with captured output as it comes. */
  onOutput?: (text: string, stream: "stdout" | "stderr") => void;
}

/** This process got a signal while a program ran. The program got the signal, too, and has ended. */
export class Interrupted extends UserError {
  override name = "Interrupted";

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`, { exitCode: 128 + constants.signals[signal] });
  }
}

/**
 * Runs a program without a shell and resolves when it has ended, with any exit code.
 *
 * Signals: the program gets each of SIGINT, SIGTERM and SIGHUP that this process gets, once, and is waited for. A program
 * that shares the terminal's input gets Ctrl-C from the terminal; any other one is in a process group of its own, so that
 * only this process passes signals on.
 * @throws Interrupted after the program has ended, unless it shared the input and ended with code 0.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  const { input = "", env, cwd, share = [], timeoutMs, onOutput } = options;
  const sharesInput = share.includes("stdin");
  const isOwnGroup = !sharesInput && process.platform !== "win32";
  const streamFor = (stream: Stream): "inherit" | "pipe" => (share.includes(stream) ? "inherit" : "pipe");
  const started = x(program, args, {
    nodePath: false,
    ...(input !== null && { stdin: input }),
    nodeOptions: {
      env: { ...process.env, ...env },
      cwd,
      stdio: [streamFor("stdin"), streamFor("stdout"), streamFor("stderr")],
      detached: isOwnGroup,
      timeout: timeoutMs,
    },
  });
  if (started.process) listen(started.process, onOutput);
  const signals = started.process && passSignals(started.process, isOwnGroup, sharesInput && process.stdin.isTTY);
  try {
    const { stdout, stderr, exitCode } = await started;
    const code = exitCode ?? 128 + signalNumber(started.signalCode);
    const signal = signals?.received();
    if (signal !== undefined && !(sharesInput && code === 0)) throw new Interrupted(signal);
    return { code, stdout, stderr };
  } catch (error) {
    // As a shell: 127 where there is no such program, 126 where this user may not run it.
    if (errorCode(error) === "EACCES")
      return { code: 126, stdout: "", stderr: `${program} may not be run: check its permissions` };
    if (errorCode(error) !== "ENOENT") throw error;
    return { code: 127, stdout: "", stderr: `${program} is not installed: ${howToInstall(program)}` };
  } finally {
    signals?.stop();
  }
}

function signalNumber(name: string | null): number {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1] ?? 0;
}

/** Keeps multi-byte characters whole. A program that reads no input is no fault. */
function listen({ stdin, stdout, stderr }: ChildProcess, onOutput: RunOptions["onOutput"]): void {
  stdin?.on("error", () => {});
  stdout?.setEncoding("utf8");
  stderr?.setEncoding("utf8");
  if (onOutput === undefined) return;
  stdout?.on("data", (text: string) => onOutput(text, "stdout"));
  stderr?.on("data", (text: string) => onOutput(text, "stderr"));
}

/** Forwards each signal once: npm repeats a Ctrl-C of the terminal, and Terraform aborts at the second. */
function passSignals(child: ChildProcess, isOwnGroup: boolean, hasTerminal: boolean) {
  const received: NodeJS.Signals[] = [];
  const send = (signal: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    if (isOwnGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
  };
  const handle = (signal: NodeJS.Signals): void => {
    if (received.includes(signal)) return;
    received.push(signal);
    if (signal !== "SIGINT" || !hasTerminal) send(signal);
  };
  const end = (): void => send("SIGTERM");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, handle);
  process.on("exit", end);
  return {
    received: () => received[0],
    stop: () => {
      for (const signal of signals) process.off(signal, handle);
      process.off("exit", end);
    },
  };
}

/** A fault in the subject of a command. The message says what to do next; the command ends with code 1. */
export function failure(message: string, cause?: unknown): UserError {
  return new UserError(message, { exitCode: 1, cause });
}

/** Standard output of a program that must end with code 0. Throws a UserError with the end of what it printed. */
export async function must(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const output = await run(program, args, options);
  if (output.code !== 0) throw failure(describeFailure(program, args, output));
  return output.stdout;
}

function describeFailure(program: string, args: readonly string[], { code, stdout, stderr }: Output): string {
  if (code === 127 && stdout === "" && stderr.startsWith(`${program} is not installed`)) return stderr;
  // helm 4 also logs notes to stderr.
  const errors = stderr.replaceAll(/^level=INFO .*\n?/gm, "").trim();
  const printed = (errors || stdout.trim()).split("\n").slice(-12).join("\n  ");
  const head = `\`${program} ${args.slice(0, 4).join(" ")}${args.length > 4 ? " …" : ""}\` failed with exit code ${code}`;
  return printed === "" ? `${head}.` : `${head}:\n  ${printed}`;
}

/** Gives this terminal to a program. Resolves with its exit code. Throws a UserError if it is not installed. */
export async function attach(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const { code, stderr } = await run(program, args, { env, share: ["stdin", "stdout", "stderr"] });
  if (stderr !== "") throw failure(stderr);
  return code;
}
