import { UserError } from "@analyze/common/errors";
import { SettingsError } from "@analyze/common/settings";
import { findPlace } from "../state/find-place.ts";
import { readDeployed } from "../state/deployed.ts";
import { howToRestore } from "./lost-state.ts";
import { nameOfPlace, type Place, readKept } from "../state/place.ts";
import { hasResources, refuseDamaged } from "../state/terraform-state.ts";
import { type ChangeOptions, checkAccount, type Opened, openStage } from "./options.ts";
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

/**
 * Opens a stage that an apply or a plan may create, with the account of the credentials. Throws a UserError if AWS has
 * it, and this checkout has no state of it: before it lists settings, which such a checkout does not need to have.
 */
export async function openForApply(options: ChangeOptions): Promise<Opened & { readonly account: string }> {
  const opened = await openStage(options).catch(async (error: unknown) => {
    if (error instanceof SettingsError) await refuseKnownElsewhere();
    throw error;
  });
  const account = await checkAccount(opened);
  await refuseElsewhereKept(opened.place);
  return { ...opened, account };
}

/** Only what is certain: without credentials or a connection, the settings are the first fault. */
async function refuseKnownElsewhere(): Promise<void> {
  try {
    await refuseElsewhereKept(await findPlace(process.env));
  } catch (error) {
    if (error instanceof UserError && !(error instanceof SettingsError)) throw error;
  }
}

/** Throws a UserError: a checkout without the stage's state would create everything a second time. */
async function refuseElsewhereKept(place: Place): Promise<void> {
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
