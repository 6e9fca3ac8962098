import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { S3Object } from "@cdktf/provider-aws/lib/s3-object/index.js";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { tlsOnly } from "../policy/tls-only.ts";
import { currentKey, releaseKey } from "../release/keys.ts";
import type { Release } from "../release/release.ts";

export interface ReleaseBucketProps {
  /** The bucket's name begins with this; AWS appends what makes it unique in the world. */
  readonly prefix: string;
  readonly release: Release;
  readonly deleteFull: boolean;
}

/**
 * A private, encrypted, versioned bucket. Terraform puts the first release into it, by its SHA-256, and
 * `client/current` with that hash, so that the host finds both at boot. From then on `deploy` and `client:update` own
 * both objects: they publish releases and verify them by reading them back.
 */
export class ReleaseBucket extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly contents: readonly S3Object[];

  constructor(scope: Construct, id: string, props: ReleaseBucketProps) {
    super(scope, id);
    const bucket = new S3Bucket(this, "bucket", { bucketPrefix: props.prefix, forceDestroy: props.deleteFull });
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    const locks = this.lock(bucket);
    const archive = new TerraformAsset(this, "archive", { path: props.release.file, type: AssetType.FILE });
    const release = new S3Object(this, "release", {
      bucket: bucket.bucket,
      key: releaseKey(props.release.sha256),
      source: archive.path,
      sourceHash: props.release.sha256,
      contentType: "application/gzip",
      dependsOn: locks,
      lifecycle: { ignoreChanges: "all" },
    });
    const current = new S3Object(this, "current", {
      bucket: bucket.bucket,
      key: currentKey,
      content: props.release.sha256,
      contentType: "text/plain",
      dependsOn: [release],
      lifecycle: { ignoreChanges: "all" },
    });
    this.contents = [release, current];
  }

  private lock(bucket: S3Bucket): (S3BucketPublicAccessBlock | S3BucketVersioningA)[] {
    const closed = new S3BucketPublicAccessBlock(this, "closed", {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const versions = new S3BucketVersioningA(this, "versions", {
      bucket: bucket.bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket: bucket.bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
    });
    new S3BucketPolicy(this, "tls-only", { bucket: bucket.bucket, policy: tlsOnly(bucket.arn), dependsOn: [closed] });
    return [closed, versions];
  }
}
