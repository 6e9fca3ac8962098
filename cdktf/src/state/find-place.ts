import { setVariables, SettingsError, settingsFaults } from "@analyze/common/settings";
import { stageFrom } from "../config.ts";
import { regionFrom } from "../settings/region.ts";
import { stateBucket } from "../settings/state-bucket.ts";
import { stages } from "../stages.ts";
import { type Place, rememberedBucket } from "./place.ts";

/** Finds where a stage's state is kept, only by the environment. Throws a SettingsError. */
export async function findPlace(environment: NodeJS.ProcessEnv): Promise<Place> {
  const env = setVariables(environment);
  const faults: string[] = [];
  const stage = stageFrom(env, stages, faults);
  const region = regionFrom(env, faults);
  const { data, error } = stateBucket.safeParse(env);
  if (error !== undefined) faults.push(...settingsFaults(error, env));
  if (faults.length > 0) throw new SettingsError(faults);
  return { stage, region, bucket: data?.ANALYZE_STATE_BUCKET ?? (await rememberedBucket(stage)) };
}
