import { idsIn } from "../load/ledger.ts";
import type { Program } from "../support/program.ts";

/** The ID of every POST that worker answered with 200, in order, from its log. */
export function answeredIn(log: string): string[] {
  return idsIn(log.split("\n"), ({ route, status }) => route === "/process" && status === 200);
}

/** The ledger of a {@link HostileTarget}, read from the log of worker. */
export function ledgerFrom(worker: Program): (until: string) => Promise<string[]> {
  return async (until) => {
    await worker.waitFor(new RegExp(`"requestId":"${until}"`));
    return answeredIn(worker.output());
  };
}
