import { chmod, rm } from "node:fs/promises";
import { announce } from "../../../deploy/progress.ts";
import { nameOfPlace, type Place, readOrNull } from "../state/place.ts";
import { numbersOf } from "./unsaved.ts";

/**
 * Removes Terraform's backup beside a local state that was moved away, because it has the same secrets: the state before the last
 * apply. It stays, for this user alone, where it is no earlier version of the `moved` state.
 */
export async function removeBackup(from: Place, moved: string): Promise<void> {
  if (from.bucket !== null) return;
  const file = `state/${from.stage}.tfstate.backup`;
  const text = await readOrNull(file);
  if (text === null) return;
  const [before, now] = [numbersOf(text), numbersOf(moved)];
  if (before !== null && before.lineage === now?.lineage && before.serial <= now.serial) return rm(file);
  await chmod(file, 0o600);
  announce(
    `${nameOfPlace(from, "tfstate")}.backup stays: it is no earlier version of that state. It has secrets: delete it if you do not need it`,
  );
}
