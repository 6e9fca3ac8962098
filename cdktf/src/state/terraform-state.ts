import { UserError } from "@analyze/common/errors";
import type { z } from "zod";
import { type Kept, nameOfPlace, type Place } from "./place.ts";

type Parsed = Exclude<Kept, "tflock">;

const nextSteps: Readonly<Record<Parsed, string>> = {
  tfstate: "Restore it: docs/aws.md (Recovery).",
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

/** Whether a state (Terraform's JSON, damaged or not; null: there is none) has resources that a destroy would delete. */
export function hasResources(state: string | null): boolean {
  return state !== null && /"mode": ?"managed"/.test(state);
}
