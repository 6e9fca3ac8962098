import { idsIn } from "../load/ledger.ts";
import type { Program } from "../support/program.ts";

/** The id of every POST that a worker answered with 200, in order, from its log. */
export function answeredIn(log: string): string[] {
  return idsIn(log.split("\n"), ({ route, status }) => route === "/process" && status === 200);
}

/** The ledger that {@link HostileTarget} asks for, read from the log of a worker. */
export function ledgerFrom(worker: Program): (until: string) => Promise<string[]> {
  return async (until) => {
    await worker.waitFor(new RegExp(`"requestId":"${until}"`));
    return answeredIn(worker.output());
  };
}
