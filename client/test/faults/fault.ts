import type { Hop, RunLine } from "../../src/line/record.ts";
import type { Target } from "../../src/poller/probe/target.ts";
import { overTls, type Handler, type Stage } from "../stage.ts";

/** One fault on the path, and what the client must report. */
export interface Fault {
  name: string;
  /** Breaks the stage; the result changes the target, for faults on the client's side. */
  strike(stage: Stage): Partial<Target> | Promise<Partial<Target> | void> | void;
  hop: Hop;
  err: RegExp;
  hint: RegExp;
  /** Further text that the line must contain. */
  line?: Partial<RunLine>;
  /** Text that the doctor must not print. */
  never?: RegExp;
  /** The fault is silence: detecting it takes a whole attempt. */
  silent?: true;
}

/** A fault behind working TLS: something answers in this way. */
export function answering(
  name: string,
  handler: Handler,
  expected: Pick<Fault, "hop" | "err" | "hint" | "never" | "silent">,
): Fault {
  return { name, strike: (stage) => stage.play(overTls(stage.leaf, handler)), ...expected };
}
