import { clusterImages } from "@analyze/common/images";
import { ECRClient } from "@aws-sdk/client-ecr";
import { inRegion } from "../aws.ts";
import { failure } from "../../../deploy/run.ts";
import type { ImageTags } from "../../../deploy/images/images.ts";
import { hasImage } from "./ecr.ts";
import { tagOf } from "./foreign.ts";

type Outputs = ReadonlyMap<string, string>;

/** The references of the stage's mirror, by the image's name. Empty: its cluster pulls where the images are published. */
export function mirrored(outputs: Outputs): Map<string, string> {
  const registry = outputs.get("web-repository")?.split("/")[0];
  const images = [...outputs].filter(([name, value]) => name.endsWith("-image") && value.split("/")[0] === registry);
  return new Map(images.map(([name, value]) => [name.replace(/-image$/, ""), value]));
}

/**
 * Nodes without internet access pull only from ECR: throws a UserError that says what to run if an image is missing
 * there. Calls nothing if nodes have internet access.
 */
export async function requireImages(outputs: Outputs, tags: ImageTags, region: string): Promise<void> {
  const copies = [...mirrored(outputs).values()];
  if (copies.length === 0) return;
  const own = clusterImages.flatMap((image) => {
    const repository = outputs.get(`${image}-repository`);
    return repository === undefined ? [] : [`${repository}:${tags[image]}`];
  });
  const ecr = new ECRClient(inRegion(region));
  const [missingCopies, missingOwn] = [await absent(ecr, copies), await absent(ecr, own)];
  const lines = [...missingCopies, ...missingOwn].map((reference) => `  ${reference}\n`).join("");
  if (lines === "") return;
  const commands = [
    ...(missingOwn.length > 0 ? ["npm run deploy"] : []),
    ...(missingCopies.length > 0 ? ["npm run mirror"] : []),
  ];
  throw failure(
    `The nodes have no way to the internet, and these images are not in ECR:\n${lines}Run ${commands.map((one) => `\`${one}\``).join(" and ")} first.`,
  );
}

/** The references that ECR does not have. */
export async function absent(ecr: ECRClient, references: readonly string[]): Promise<string[]> {
  const known = await Promise.all(references.map((one) => hasImage(ecr, one.replace(/:[^:/]*$/, ""), tagOf(one))));
  return references.filter((_, index) => !known[index]);
}
