import { step } from "../../progress.ts";
import { failure, must, run } from "../../run.ts";
import type { ImageRecord } from "../record.ts";

/**
 * Copies the images of a record into another registry unchanged, with all platforms and their provenance: the digests
 * are the same, so what was verified is what runs. Resolves with the record of the copies. Rejects with a UserError.
 */
export async function copyImages(record: ImageRecord, registry: string): Promise<ImageRecord> {
  const images: Record<string, string> = {};
  for (const [name, reference] of Object.entries(record.images)) {
    const [, digest = ""] = reference.split("@");
    const target = `${registry}/${name}`;
    await step(target, () => copy(reference, target, record.version, digest));
    images[name] = `${target}@${digest}`;
  }
  return { ...record, images };
}

/** Tags may be immutable: an existing image is not pushed again. */
async function copy(reference: string, target: string, tag: string, digest: string): Promise<void> {
  if (await has(`${target}@${digest}`)) return;
  await must("docker", [
    "buildx",
    "imagetools",
    "create",
    "--prefer-index=false",
    "--tag",
    `${target}:${tag}`,
    reference,
  ]);
  if (!(await has(`${target}@${digest}`)))
    throw failure(`${target}:${tag} is not ${digest}, which was copied. Do not deploy it.`);
}

async function has(reference: string): Promise<boolean> {
  return (await run("docker", ["buildx", "imagetools", "inspect", reference])).code === 0;
}
