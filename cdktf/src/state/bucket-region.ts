import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { UserError } from "@analyze/common/errors";
import { inRegion } from "../aws.ts";

/** Throws a UserError if the state's bucket is in another region than its stage, where Terraform looks for it. */
export async function refuseBucketElsewhere(bucket: string, region: string): Promise<void> {
  const s3 = new S3Client({ ...inRegion(region), followRegionRedirects: true });
  const { BucketRegion: actual = region } = await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  if (actual === region) return;
  throw new UserError(
    `The bucket ${bucket} is in ${actual}, and its stage is in ${region}: \`AWS_REGION=${region} npm run bootstrap\` makes one there.`,
  );
}
