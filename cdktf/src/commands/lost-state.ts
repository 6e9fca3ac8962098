import { stackFolder } from "../../../deploy/terraform.ts";
import { stages, type Stage } from "../stages.ts";
import { nameOfPlace, type Place } from "../state/place.ts";

/** What to do about a stage whose state is lost: a sentence. `known`: the stages, by key. */
export function howToRestore(place: Place, known: Readonly<Record<string, Stage>> = stages): string {
  const name = nameOfPlace(place, "tfstate");
  if (!known[place.stage]?.cluster) return "Where it is lost: `npm run recover`.";
  if (place.bucket !== null) return `Where it is lost, restore an earlier version of ${name}: docs/aws.md (Recovery).`;
  return (
    `Where it is lost, restore ${name} from a backup of that disk. Without one, import each resource: ` +
    `\`terraform -chdir=${stackFolder(place.stage)} import ADDRESS ID\` (addresses: \`npm run plan\`).`
  );
}
