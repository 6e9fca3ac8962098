import { UserError } from "@analyze/common/errors";

interface Step {
  /** What it does, as the summary says it: `Retried`. */
  done: string;
  one: (id: string) => Promise<void>;
  say: (line: string) => void;
}

/**
 * Does a step for each task, and says for how many it was done. A task that cannot take it does not keep it from the
 * others; at the end UserError names each such task.
 */
export async function doEach(ids: readonly string[], { done, one, say }: Step): Promise<void> {
  const faults: string[] = [];
  for (const id of ids) {
    await one(id).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      faults.push(error.message);
    });
  }
  say(`${done} ${ids.length - faults.length}.`);
  if (faults.length > 0) throw new UserError(faults.join("\n"));
}
