import { setVariables } from "@analyze/common/settings";
import { stageFrom } from "../config.ts";
import { regionFrom } from "../settings/region.ts";
import { stateBucket } from "../settings/state-bucket.ts";
import { stages } from "../stages.ts";
import { readDeployed } from "../state/deployed.ts";
import { rememberedBucket } from "../state/place.ts";

/** The settings of a deployment that its host's access depends on. */
const kept = ["ANALYZE_ACCESS"] as const;

/**
 * The variables of `given`, with region and access of the deployed stage if it has none. Unchanged if this checkout has
 * no deployment, or if `given` has faults, which the caller reports.
 */
export async function hostEnvironment(given: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const env = setVariables(given);
  const faults: string[] = [];
  const stage = stageFrom(env, stages, faults);
  const region = regionFrom(env, faults);
  const { data } = stateBucket.safeParse(env);
  if (faults.length > 0 || data === undefined) return env;
  const bucket = data.ANALYZE_STATE_BUCKET ?? (await rememberedBucket(stage));
  const deployed = await readDeployed({ stage, region, bucket });
  if (deployed === null) return env;
  const settings = kept.flatMap((name) => (deployed.settings[name] ? [[name, deployed.settings[name]] as const] : []));
  const place = env["AWS_DEFAULT_REGION"] === undefined ? { AWS_REGION: deployed.region } : {};
  return { ...place, ...Object.fromEntries(settings), ...env };
}
