import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { UserError } from "@analyze/common/errors";
import { failure } from "../../../deploy/run.ts";
import { currentKey, releaseKey } from "./keys.ts";
import type { Release } from "./release.ts";

/** The release that hosts should run, 64 hex digits; null: none. */
export async function currentRelease(s3: S3Client, Bucket: string): Promise<string | null> {
  const body = await read(s3, Bucket, currentKey);
  return body === null ? null : body.toString("utf8").trim();
}

/** Puts a release into the bucket and makes it current. Rejects unless hosts would then read exactly this release. */
export async function publish(s3: S3Client, Bucket: string, { sha256, file }: Release): Promise<void> {
  const Body = await readFile(file);
  await s3.send(new PutObjectCommand({ Bucket, Key: releaseKey(sha256), Body, ContentType: "application/gzip" }));
  await name(s3, Bucket, sha256);
}

/** Makes an earlier release current. Rejects if it is not in the bucket, and unless hosts would then read it. */
export async function goBack(s3: S3Client, Bucket: string, sha256: string): Promise<void> {
  if ((await read(s3, Bucket, releaseKey(sha256))) === null) {
    throw new UserError(`${Bucket} does not hold ${sha256}; \`aws s3 ls s3://${Bucket}/client/\` shows what it holds.`);
  }
  await name(s3, Bucket, sha256);
}

async function name(s3: S3Client, Bucket: string, sha256: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key: currentKey, Body: sha256, ContentType: "text/plain" }));
  const named = await currentRelease(s3, Bucket);
  if (named !== sha256) throw failure(`${Bucket}/${currentKey} names ${named}: somebody else published. Run it again.`);
  const archive = await read(s3, Bucket, releaseKey(sha256));
  if (archive !== null && createHash("sha256").update(archive).digest("hex") === sha256) return;
  throw failure(
    `${Bucket}/${releaseKey(sha256)} is not the release of that name: \`npm run client:update\` writes it again.`,
  );
}

async function read(s3: S3Client, Bucket: string, Key: string): Promise<Buffer | null> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body === undefined ? null : Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}
