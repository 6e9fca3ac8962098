import { nameOfPlace, type Place } from "../state/place.ts";

/** What to do about a stage whose state is lost: a sentence. */
export function howToRestore(place: Place): string {
  if (place.bucket === null) return "Where it is lost, as after a kill of the first deployment: `npm run recover`.";
  return (
    `Where it is lost, restore an earlier version of ${nameOfPlace(place, "tfstate")}: docs/aws.md (Recovery). ` +
    "Where there is none: `npm run recover`."
  );
}
