import { ECRClient } from "@aws-sdk/client-ecr";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { hasPlatform, pullImage, pushImages, tagImage } from "../../../deploy/images/docker.ts";
import { ecrLogin } from "../images/ecr.ts";
import { foreignImages } from "../images/foreign.ts";
import { absent, mirrored } from "../images/required.ts";
import { findPlace } from "../state/find-place.ts";
import { notDeployed, readOutputs, withoutCluster } from "../state/outputs.ts";
import { stages, type Stage } from "../stages.ts";

/** Copies all third-party images of the stage's cluster into ECR. Images that Docker has are not pulled again. */
export async function mirror(): Promise<void> {
  const place = await findPlace(process.env);
  const outputs = await readOutputs(place);
  if (outputs.size === 0) throw failure(notDeployed(place.stage));
  if (!outputs.has("cluster-name")) throw failure(withoutCluster(place.stage));
  const copies = mirrored(outputs);
  if (copies.size === 0) {
    throw failure(
      `Stage ${place.stage} has no mirror: set ANALYZE_CLUSTER_EGRESS=endpoints and run \`npm run deploy\`.`,
    );
  }
  const ecr = new ECRClient(inRegion(outputs.get("region") ?? place.region));
  const missing = new Set(await absent(ecr, [...copies.values()]));
  const literal: Stage | undefined = Object.entries(stages).find(([key]) => key === place.stage)?.[1];
  const sources = new Map(
    (literal?.cluster ? foreignImages(literal.cluster) : []).map(({ name, source }) => [name, source]),
  );
  for (const [name, copy] of copies) {
    const source = sources.get(name);
    if (source === undefined || !missing.has(copy)) announce(`${copy} is in ECR already`);
    else await copyHere(source, copy, literal?.imagePlatform ?? null);
  }
  if (missing.size > 0) await pushImages(await ecrLogin(ecr), [...missing]);
}

async function copyHere(source: string, copy: string, platform: string | null): Promise<void> {
  if (!(await hasPlatform(source, platform))) await pullImage(source, platform);
  await tagImage(source, copy);
}
