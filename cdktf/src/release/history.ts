import { readFile } from "node:fs/promises";
import { CopyObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { currentKey, keptKey, releaseKey } from "./keys.ts";
import type { Release } from "./release.ts";

/** Keeps a release for the day that someone wants to go back to it. */
export async function keepRelease(s3: S3Client, Bucket: string, release: Release): Promise<void> {
  const Body = await readFile(release.file);
  await s3.send(new PutObjectCommand({ Bucket, Key: keptKey(release.sha256), Body, ContentType: "application/gzip" }));
}

/** Names an earlier release to the hosts. Rejects when this bucket has not kept it. */
export async function goBack(s3: S3Client, Bucket: string, sha256: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`--to ${sha256}: must be the 64 hex digits of a release`);
  const CopySource = `${Bucket}/${keptKey(sha256)}`;
  try {
    await s3.send(new CopyObjectCommand({ Bucket, Key: releaseKey(sha256), CopySource }));
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.name !== "NoSuchKey") throw error;
    throw new Error(`${Bucket} has not kept ${sha256}; \`aws s3 ls s3://${Bucket}/client/kept/\` shows what it has.`, {
      cause: error,
    });
  }
  await s3.send(new PutObjectCommand({ Bucket, Key: currentKey, Body: sha256, ContentType: "text/plain" }));
}
