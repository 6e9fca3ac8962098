import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFolder } from "@analyze/common/folder";
import { UserError } from "@analyze/common/errors";
import { clusterImages } from "@analyze/common/images";
import { z } from "zod";
import { project } from "./docker.ts";

// Programs get it as an argument, so it is no option; a login in it would be printed.
const safeName = /^[a-z0-9[][a-z0-9._:/[\]-]*@sha256:/;
const reference = z
  .string()
  .regex(/@sha256:[0-9a-f]{64}$/, "must end with @sha256:…")
  .regex(safeName, "must begin with registry/name, in lower case and without a login");

const record = z.object({
  version: z.string(),
  /** The commit; null: built outside of a checkout. */
  revision: z.string().nullable(),
  base: z.object({ name: z.string(), digest: z.string().nullable() }),
  /** `registry/name@sha256:…` of each image, by its name. */
  images: z.record(z.string(), reference).refine((all) => Object.keys(all).length > 0, "names no image"),
});

/** The images that one run of `npm run images -- --push` has pushed. Scan, signatures, chart and release read it. */
export type ImageRecord = z.infer<typeof record>;

/** Default path of the record. */
export const recordFile = join(project, "dist", "images.json");

export function writeRecord(file: string, written: ImageRecord): void {
  createFolder(dirname(file));
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
}

/** Throws a UserError that says how to create the record, or what is wrong with it. */
export function readRecord(file: string): ImageRecord {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: \`npm run images -- --push REGISTRY\` writes it.`, { cause: error });
  }
  const parsed = record.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
  throw new UserError(`${file} is not a record of images: ${faults.join("; ")}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A record of only the images that a cluster runs. Throws a UserError if it has none of them. Pure. */
export function onlyCluster(all: ImageRecord): ImageRecord {
  const names: readonly string[] = clusterImages;
  const images = Object.fromEntries(Object.entries(all.images).filter(([name]) => names.includes(name)));
  if (Object.keys(images).length === 0) throw new UserError(`The record of images has none of ${names.join(", ")}.`);
  return { ...all, images };
}

/** An image of a record as values of the chart. Throws a UserError if the record lacks it. Pure. */
export function pushedImage({ images }: ImageRecord, name: string): { repository: string; digest: string } {
  const [repository, digest] = images[name]?.split("@") ?? [];
  if (repository === undefined || digest === undefined) throw new UserError(`The record of images has no ${name}.`);
  return { repository, digest };
}
