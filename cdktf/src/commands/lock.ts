import { createInterface } from "node:readline";
import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { nameOfPlace, type Place, readLock, removeLock } from "../state/place.ts";
import { describeUnsaved } from "./unsaved.ts";

/** What to do about a stale lock. */
export const afterKill = " If that process was killed, run `npm run state -- --unlock`.";

/** Who holds the state's lock, as a sentence; null: nobody. */
export async function describeLock(place: Place): Promise<string | null> {
  const lock = await readLock(place);
  if (lock === null) return null;
  return `${nameOfPlace(place, "tfstate")} is locked by ${lock.Who} since ${lock.Created} (${lock.Operation}).`;
}

/** Does the work. If it fails, says what the state needs: it could not be written, or it is locked. */
export async function explainLock<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The bucket may be unreachable: Terraform's message is above.
    const lock = await describeLock(place).catch(() => null);
    const notes = [await describeUnsaved(place), lock === null ? null : `${lock}${afterKill}`].filter(
      (note) => note !== null,
    );
    if (notes.length === 0) throw error;
    throw failure([error.message, ...notes].join("\n"), error);
  }
}

/** Removes the state's lock after confirmation. Rejects with a UserError if there is no lock, or no confirmation. */
export async function unlockState(place: Place, agreed: boolean): Promise<void> {
  const lock = await describeLock(place);
  if (lock === null) throw failure(`${nameOfPlace(place, "tfstate")} is not locked.`);
  announce(`${lock} If it still runs, two concurrent applies lose resources.`);
  if (!agreed && !(await saysYes("Remove the lock? Only 'yes' is accepted: ")))
    throw failure("The lock stays. To confirm it without a terminal, add `--yes`.");
  await removeLock(place);
  announce("the lock is removed");
}

async function saysYes(question: string): Promise<boolean> {
  process.stderr.write(question);
  for await (const line of createInterface({ input: process.stdin })) return line === "yes";
  return false;
}
