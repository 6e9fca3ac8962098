import { UserError } from "@analyze/common/errors";
import { readDeployed } from "../state/deployed.ts";
import { howToRestore } from "./lost-state.ts";
import { nameOfPlace, type Place, readKept } from "../state/place.ts";
import { hasResources, refuseDamaged } from "../state/terraform-state.ts";
import { orphansInEc2 } from "./orphans.ts";
import { refuseUnsaved } from "./unsaved.ts";

/** Whether nothing of the stage was deployed from this place. Throws a UserError where AWS has it, and the state is kept elsewhere, is lost or could not be written. */
export async function isNotDeployed(place: Place): Promise<boolean> {
  await refuseUnsaved(place);
  await refuseDamaged(place);
  if (hasResources(await readKept(place, "tfstate"))) return false;
  await refuseElsewhereKept(place);
  return (await readDeployed(place)) === null;
}

/** Throws a UserError: a checkout without the stage's state would create everything a second time. */
export async function refuseElsewhereKept(place: Place): Promise<void> {
  if ((await readKept(place, "tfstate")) !== null) return;
  const there = await orphansInEc2(place, null);
  if (there.length === 0) return;
  const list = there.map((line) => `  ${line}`).join("\n");
  throw new UserError(
    `Stage ${place.stage} is in ${place.region} already, and ${nameOfPlace(place, "tfstate")} does not exist:\n${list}\n` +
      "Set ANALYZE_STATE_BUCKET to the bucket of its state (`npm run bootstrap` prints its name), or get cdktf/state/ from who " +
      `deployed it. ${howToRestore(place)}`,
  );
}
