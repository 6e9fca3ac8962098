import {
  BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { inRegion } from "../aws.ts";
import { readRegion } from "../config.ts";
import { tlsOnly } from "../policy/tls-only.ts";
import { announce } from "../../../deploy/progress.ts";

/**
 * Creates the bucket for Terraform's state: versioned, encrypted, private, TLS only. Safe to run again. Terraform
 * cannot do it, because it would need a place for that bucket's state.
 */
export async function bootstrap(): Promise<void> {
  const region = readRegion(process.env);
  const { Account } = await new STSClient(inRegion(region)).send(new GetCallerIdentityCommand({}));
  const Bucket = `analyze-state-${Account}-${region}`;
  const s3 = new S3Client(inRegion(region));
  await createBucket(s3, Bucket, region);
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" }, BucketKeyEnabled: true }],
      },
    }),
  );
  const all = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: all }));
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: tlsOnly(`arn:aws:s3:::${Bucket}`) }));
  announce("the bucket is ready; put this into your environment:");
  process.stdout.write(`export ANALYZE_STATE_BUCKET=${Bucket}\n`);
}

async function createBucket(s3: S3Client, Bucket: string, region: string): Promise<void> {
  const place = Object.values(BucketLocationConstraint).find((known) => known === region);
  const elsewhere = place === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: place } };
  try {
    await s3.send(new CreateBucketCommand({ Bucket, ...elsewhere }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "BucketAlreadyOwnedByYou") throw error;
  }
}
