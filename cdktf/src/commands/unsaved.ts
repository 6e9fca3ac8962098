import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { failure } from "../../../deploy/run.ts";
import { stackFolder } from "../../../deploy/terraform.ts";
import { nameOfPlace, type Place, readKept, readOrNull, writeKept } from "../state/place.ts";

const shape = z.object({ lineage: z.string(), serial: z.number() });

/** Where Terraform writes a state that its backend does not take, as on a full disk or with expired credentials. */
function fileOf(stage: string): string {
  return join(stackFolder(stage), "errored.tfstate");
}

/** Says that an apply could not write its state, and what to do; null: no such state. */
export async function describeUnsaved(place: Place): Promise<string | null> {
  if ((await readUnsaved(place)) === null) return null;
  return (
    `An apply could not write ${nameOfPlace(place, "tfstate")}: what it made is in cdktf/${fileOf(place.stage)} alone. ` +
    "Free the disk or log in to AWS again, then run `npm run state -- --restore`."
  );
}

/** Throws a UserError if a state waits to be restored: another apply would create everything a second time. */
export async function refuseUnsaved(place: Place): Promise<void> {
  const sentence = await describeUnsaved(place);
  if (sentence !== null) throw failure(sentence);
}

/** Restores the state of a failed apply. Rejects with a UserError if there is none, or if it is not the newer one. */
export async function restoreUnsaved(place: Place): Promise<void> {
  const text = await readUnsaved(place);
  const file = fileOf(place.stage);
  if (text === null) throw failure(`cdktf/${file} does not exist: no apply has left its state there.`);
  const unsaved = numbersOf(text);
  if (unsaved === null) throw failure(`cdktf/${file} is damaged. Restore the state: docs/aws.md (Recovery).`);
  const there = await readKept(place, "tfstate");
  // Null: damaged, for example by a full disk.
  const before = there === null ? null : numbersOf(there);
  if (before !== null && (before.lineage !== unsaved.lineage || before.serial >= unsaved.serial)) {
    throw failure(
      `${nameOfPlace(place, "tfstate")} has changed since cdktf/${file} was written. Compare the two; delete the one that you do not need.`,
    );
  }
  await writeKept(place, "tfstate", text);
  if ((await readKept(place, "tfstate")) !== text)
    throw failure(`${nameOfPlace(place, "tfstate")} could not be written.`);
  await rm(file);
}

/** The numbers by which Terraform tells states apart; null: the text is no state of Terraform. */
export function numbersOf(text: string): z.infer<typeof shape> | null {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function readUnsaved({ stage }: Place): Promise<string | null> {
  return readOrNull(fileOf(stage));
}
