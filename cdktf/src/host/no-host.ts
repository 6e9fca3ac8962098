import { setVariables } from "@analyze/common/settings";
import { namesRegion, profileOf } from "../settings/region.ts";
import { stages } from "../stages.ts";
import { readDeployed } from "../state/deployed.ts";
import { nameOfPlace, type Place, rememberedBucket } from "../state/place.ts";

/** A stage that was deployed from this clone, and where. */
interface Known {
  readonly stage: string;
  readonly region: string;
  readonly place: Place;
}

/** Why there is no host: the region and the setting that it comes from, where this clone's stages are, and what to do next. */
export async function explainNoHost(
  { stage, region }: { readonly stage: string; readonly region: string },
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const env = setVariables(environment);
  const known = await knownStages(env, region);
  const own = known.find((one) => one.stage === stage);
  const chosen = env["ANALYZE_STAGE"] === undefined ? "the default" : "ANALYZE_STAGE";
  const where = `No host of stage ${stage} (${chosen}) is in ${region} (${originOf(region, env, own)}).`;
  const list = known.map((one) => `${one.stage} in ${one.region}`).join(", ");
  const others = known.length === 0 ? "This clone has deployed no stage." : `Stages of this clone: ${list}.`;
  return `${where} ${others} ${nextStep(stage, region, own)} If it is another account's, set AWS_PROFILE.`;
}

function nextStep(stage: string, region: string, own: Known | undefined): string {
  if (own !== undefined && own.region !== region) return `Set AWS_REGION=${own.region}.`;
  if (own !== undefined) return "`npm run deploy` makes it again.";
  return `If stage ${stage} was deployed elsewhere, set AWS_REGION, and ANALYZE_STATE_BUCKET or ANALYZE_STAGE; \`npm run deploy\` would make a new one here.`;
}

/** The setting that a region comes from. */
function originOf(region: string, env: Readonly<Record<string, string>>, own: Known | undefined): string {
  if (namesRegion(env)) return env["AWS_REGION"] === undefined ? "AWS_DEFAULT_REGION" : "AWS_REGION";
  if (own?.region === region) return nameOfPlace(own.place, "settings.json");
  return profileOf(env, region) ?? "the default";
}

/** The stages whose settings are kept where this clone looks for them. What cannot be read is left out: it is only advice. */
async function knownStages(env: Readonly<Record<string, string>>, region: string): Promise<Known[]> {
  const found = await Promise.all(
    Object.keys(stages).map(async (stage): Promise<Known[]> => {
      try {
        const bucket = env["ANALYZE_STATE_BUCKET"] ?? (await rememberedBucket(stage));
        const place = { stage, region, bucket };
        const deployed = await readDeployed(place);
        return deployed === null ? [] : [{ stage, region: deployed.region, place }];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}
