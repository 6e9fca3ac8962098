import { UserError } from "@analyze/common/errors";
import { z } from "zod";
import { type Kept, nameOfPlace, type Place, readKept } from "./place.ts";

type Parsed = Exclude<Kept, "tflock">;

const nextSteps: Readonly<Record<Parsed, string>> = {
  tfstate: "Restore an earlier version, or move it away and run `npm run recover`: docs/aws.md (Recovery).",
  "settings.json": "Delete it, and run `npm run deploy` with the stage's settings.",
};

/** Stored JSON of a stage. Throws a UserError if it is damaged, for example by a full disk. */
export function parseKept<T>(place: Place, what: Parsed, text: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${nameOfPlace(place, what)} is damaged. ${nextSteps[what]}`, { exitCode: 1, cause });
  }
}

/** Throws a UserError where the state is there and is none of Terraform's, for example cut off by a full disk. */
export async function refuseDamaged(place: Place): Promise<void> {
  const text = await readKept(place, "tfstate");
  if (text !== null) parseKept(place, "tfstate", text, z.looseObject({ version: z.number() }));
}

/** Whether a state (Terraform's JSON, damaged or not; null: there is none) has resources that a destroy would delete. */
export function hasResources(state: string | null): boolean {
  return state !== null && /"mode": ?"managed"/.test(state);
}
