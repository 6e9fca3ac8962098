import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { errorCode } from "@analyze/common/errors";
import { z } from "zod";
import { inRegion } from "../aws.ts";

/** Where a stage's state is kept: a bucket, or the folder state/ of this checkout. */
export interface Place {
  readonly stage: string;
  /** Null: the folder. */
  readonly bucket: string | null;
  readonly region: string;
}

/** The stored data of a stage: Terraform's state and its lock, and the settings of the deployment. */
export type Kept = "tfstate" | "settings.json" | "tflock";

const folder = "state";

/** Creates the folder for this user alone: Terraform's own files there have secrets, and the modes of the umask. */
export async function makeStateFolder(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // One that was there already; only its owner may do it.
  await chmod(folder, 0o700).catch(() => undefined);
}

/** Where something is kept, for people. */
export function nameOfPlace({ stage, bucket }: Place, what: Kept): string {
  return bucket === null ? `cdktf/${folder}/${stage}.${what}` : `s3://${bucket}/${stage}.${what}`;
}

/** The text that is kept there; null: there is none, or none yet: Terraform locks an empty state. Rejects where it cannot be read. */
export async function readKept({ stage, bucket, region }: Place, what: Kept): Promise<string | null> {
  const key = `${stage}.${what}`;
  if (bucket === null) return nonEmpty(await readOrNull(join(folder, key)));
  try {
    const { Body } = await clientFor(region).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return nonEmpty(await Body?.transformToString());
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

/** A full disk leaves an empty file. */
function nonEmpty(text: string | null | undefined): string | null {
  return text == null || text.trim() === "" ? null : text;
}

/** Replaces the content, atomically. */
export async function writeKept({ stage, bucket, region }: Place, what: Kept, text: string): Promise<void> {
  const key = `${stage}.${what}`;
  if (bucket !== null) {
    await clientFor(region).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
    return;
  }
  await makeStateFolder();
  const part = join(folder, `.${key}.${process.pid}`);
  try {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, join(folder, key));
  } finally {
    // A full disk needs its space.
    await rm(part, { force: true });
  }
}

/** Removes the content, if any. */
export async function removeKept({ stage, bucket, region }: Place, what: Kept): Promise<void> {
  const key = `${stage}.${what}`;
  if (bucket === null) await rm(join(folder, key), { force: true });
  else await clientFor(region).send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

const lockShape = z.object({ Who: z.string(), Created: z.string(), Operation: z.string() });

/** Who is changing the stage, or was killed during a change, from Terraform's lock beside its state. Null: nobody. */
export async function readLock(place: Place): Promise<z.infer<typeof lockShape> | null> {
  const text = await (place.bucket === null ? readOrNull(localLock(place)) : readKept(...remoteLock(place)));
  return text === null ? null : lockIn(text);
}

/** A full disk leaves an empty file: the state is still locked. */
function lockIn(text: string): z.infer<typeof lockShape> {
  try {
    return lockShape.parse(JSON.parse(text));
  } catch {
    return { Who: "somebody", Created: "an unknown time", Operation: "unknown" };
  }
}

/** Removes the lock, whoever holds it. */
export async function removeLock(place: Place): Promise<void> {
  await (place.bucket === null ? rm(localLock(place), { force: true }) : removeKept(...remoteLock(place)));
}

function localLock({ stage }: Place): string {
  return join(folder, `.${stage}.tfstate.lock.info`);
}

function remoteLock(place: Place): [Place, Kept] {
  return [{ ...place, stage: `${place.stage}.tfstate` }, "tflock"];
}

/** The bucket that a stage's state was moved to from this checkout; null: it was not. */
export async function rememberedBucket(stage: string): Promise<string | null> {
  return nonEmpty(await readOrNull(join(folder, `${stage}.bucket`)))?.trim() ?? null;
}

/** Records where a stage's state is, for commands without ANALYZE_STATE_BUCKET. */
export async function rememberBucket(stage: string, bucket: string | null): Promise<void> {
  await makeStateFolder();
  const file = join(folder, `${stage}.bucket`);
  if (bucket === null) await rm(file, { force: true });
  else await writeFile(file, `${bucket}\n`);
}

/** The text of a file of this checkout; null: there is none. */
export async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** A bucket may be in another region than the stage: then S3 names the region. */
function clientFor(region: string): S3Client {
  return new S3Client({ ...inRegion(region), followRegionRedirects: true });
}
