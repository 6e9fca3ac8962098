import type { Hop, RunLine } from "../../src/line/record.ts";
import type { Target } from "../../src/poller/probe/target.ts";
import { overTls, type Handler, type Stage } from "../stage.ts";

/** One fault on the path, and what the client must report. */
export interface Fault {
  name: string;
  /** Breaks the stage; what it returns changes the target, for faults that are on the client's side. */
  strike(stage: Stage): Partial<Target> | Promise<Partial<Target> | void> | void;
  hop: Hop;
  err: RegExp;
  hint: RegExp;
  /** More that the line has to say. */
  line?: Partial<RunLine>;
  /** What the doctor must not say anywhere. */
  never?: RegExp;
  /** The fault is silence: it takes a whole attempt to see it. */
  silent?: true;
}

/** A fault of an edge whose TLS is well: something answers in this way. */
export function answering(
  name: string,
  handler: Handler,
  expected: Pick<Fault, "hop" | "err" | "hint" | "never" | "silent">,
): Fault {
  return { name, strike: (stage) => stage.play(overTls(stage.leaf, handler)), ...expected };
}
