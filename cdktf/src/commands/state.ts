import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { type Kept, nameOfPlace, type Place, readKept, rememberBucket, removeKept, writeKept } from "../state/place.ts";
import { afterKill, describeLock, unlockState } from "./lock.ts";
import { refuseBucketElsewhere } from "../state/bucket-region.ts";
import { readDeployed, refuseElsewhere } from "../state/deployed.ts";
import { findPlace } from "../state/find-place.ts";
import { namesRegion } from "../settings/region.ts";
import { removeBackup } from "./state-backup.ts";
import { refuseUnsaved, restoreUnsaved } from "./unsaved.ts";

const kept: readonly Kept[] = ["tfstate", "settings.json"];

type StateKind = "s3" | "local";

export interface StateOptions {
  /** Where to move the state. */
  readonly to?: StateKind;
  /** Remove the lock of a killed apply. */
  readonly unlock?: boolean;
  /** Restore the state that an apply could not write. */
  readonly restore?: boolean;
  /** Do not ask for confirmation. */
  readonly yes?: boolean;
}

/** Moves a stage's state, and its settings, between this checkout and the bucket of ANALYZE_STATE_BUCKET; unlocks it; or restores it. */
export async function changeState({ to, unlock, restore, yes }: StateOptions): Promise<void> {
  if ([to !== undefined, unlock === true, restore === true].filter(Boolean).length !== 1)
    throw new UserError("Give one of --to s3, --to local, --unlock and --restore.");
  const here = await findPlace(process.env);
  if (to !== undefined) await moveState(here, to);
  else if (restore === true) await restoreState(here);
  else await unlockState(here, yes === true);
}

async function restoreState(here: Place): Promise<void> {
  await refuseLocked(here);
  await restoreUnsaved(here);
  announce(`${nameOfPlace(here, "tfstate")} is what the apply made: run \`npm run deploy\` again`);
}

async function refuseLocked(place: Place): Promise<void> {
  const lock = await describeLock(place);
  if (lock !== null) throw failure(`${lock} Wait for it.${afterKill}`);
}

async function moveState(here: Place, to: StateKind): Promise<void> {
  const { bucket } = here;
  if (bucket === null) {
    if (to === "local" && (await readKept(here, "tfstate")) !== null)
      return announce(`the state of stage ${here.stage} is ${nameOfPlace(here, "tfstate")} already`);
    throw new UserError("Set ANALYZE_STATE_BUCKET to the bucket; `npm run bootstrap` makes one and prints its name.");
  }
  await refuseUnsaved(here);
  const [local, s3] = [{ ...here, bucket: null }, here];
  const [from, target] = to === "s3" ? [local, s3] : [s3, local];
  const deployed = (await readDeployed(from)) ?? (await readDeployed(target));
  if (deployed !== null && namesRegion(process.env)) refuseElsewhere(from, deployed, { region: here.region });
  if (to === "s3") await refuseBucketElsewhere(bucket, deployed?.region ?? here.region);
  await move(from, target);
  await rememberBucket(here.stage, to === "s3" ? bucket : null);
  announce(`the state of stage ${here.stage} is ${nameOfPlace(target, "tfstate")} now`);
  if (to === "s3") announce(`everyone who deploys it needs this setting: export ANALYZE_STATE_BUCKET=${bucket}`);
  else announce("unset ANALYZE_STATE_BUCKET: with it, commands look for the state in the bucket");
}

/** Copies everything, reads it back, and only then removes the original. Nothing where an earlier move has ended. Throws a UserError where that would lose something. */
async function move(from: Place, target: Place): Promise<void> {
  await refuseLocked(from);
  const texts = await Promise.all(kept.map(async (what) => [what, await readKept(from, what)] as const));
  const state = texts[0]?.[1] ?? null;
  const there = await readKept(target, "tfstate");
  if (state === null && there !== null) return removeBackup(from, there);
  if (state === null) throw failure(`${nameOfPlace(from, "tfstate")} does not exist: there is nothing to move.`);
  if (there !== null && there !== state) {
    throw failure(`${nameOfPlace(target, "tfstate")} exists and is another state: move or delete it first.`);
  }
  for (const [what, text] of texts) {
    if (text === null) continue;
    await writeKept(target, what, text);
    if ((await readKept(target, what)) !== text) throw failure(`${nameOfPlace(target, what)} could not be written.`);
  }
  for (const [what] of texts) await removeKept(from, what);
  await removeBackup(from, state);
}
