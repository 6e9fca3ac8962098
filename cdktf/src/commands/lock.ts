import { createInterface } from "node:readline";
import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { nameOfPlace, type Place, readLock, removeLock } from "../state/place.ts";

/** What to do about a lock that nobody holds any more. */
export const afterKill = " If that process was killed, run `npm run state -- --unlock`.";

/** Who holds the state's lock, as a sentence; null: nobody. */
export async function describeLock(place: Place): Promise<string | null> {
  const lock = await readLock(place);
  if (lock === null) return null;
  return `${nameOfPlace(place, "tfstate")} is locked by ${lock.Who} since ${lock.Created} (${lock.Operation}).`;
}

/** Does the work, and says who holds the lock where it fails and somebody does. */
export async function explainLock<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lock = error instanceof UserError ? await describeLock(place) : null;
    if (lock === null || !(error instanceof Error)) throw error;
    throw failure(`${error.message}\n${lock}${afterKill}`, error);
  }
}

/** Removes the state's lock after a person agreed. Rejects with a UserError where there is none, or without a yes. */
export async function unlockState(place: Place, agreed: boolean): Promise<void> {
  const lock = await describeLock(place);
  if (lock === null) throw new UserError(`${nameOfPlace(place, "tfstate")} is not locked.`);
  announce(`${lock} If it still runs, two applies at a time lose resources.`);
  if (!agreed && !(await saysYes("Remove the lock? Only 'yes' is accepted: "))) throw failure("The lock stays.");
  await removeLock(place);
  announce("the lock is removed");
}

async function saysYes(question: string): Promise<boolean> {
  process.stderr.write(question);
  for await (const line of createInterface({ input: process.stdin })) return line === "yes";
  return false;
}
