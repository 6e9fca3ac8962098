import { UserError } from "@analyze/common/errors";

interface Step {
  /** The verb of the summary: `Retried`. */
  done: string;
  one: (id: string) => Promise<void>;
  say: (line: string) => void;
}

/**
 * Does a step for each task, and prints the number of successes. A task for which it fails does not stop the
 * others; at the end a UserError lists each such task.
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
