import type { Program } from "../support/program.ts";

/**
 * The ledger that {@link HostileTarget} asks for, read from the log of a worker: the id of every POST that it answered
 * with 200, in order.
 */
export function ledgerFrom(worker: Program): (until: string) => Promise<string[]> {
  return async (until) => {
    await worker.waitFor(new RegExp(`"requestId":"${until}"`));
    return worker
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ route, status }) => route === "/process" && status === 200)
      .map(({ requestId }) => String(requestId));
  };
}
