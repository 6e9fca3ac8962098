import {
  CopyObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { readConfig } from "../config.ts";
import { currentKey, releaseKey } from "../release/keys.ts";
import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../terraform/terraform.ts";
import { step } from "./progress.ts";

export interface UpdateOptions {
  readonly yes?: boolean;
  /** SHA-256 of an earlier release to go back to. */
  readonly to?: string;
}

/** The two objects that a release is; a change of them changes no host. */
const releaseObjects = ["aws_s3_object.client_release", "aws_s3_object.client_current"];

/** Brings new client code or settings to the hosts, which look every minute; or names an earlier release again. */
export async function clientUpdate(options: UpdateOptions): Promise<void> {
  const config = readConfig(process.env);
  const release = await synth(config);
  const terraform = new Terraform(stackFolder(config.stage));
  terraform.init();
  if (options.to === undefined) {
    terraform.apply(options.yes === true, releaseObjects);
    step(`release ${release.sha256}: the host takes it within a minute; its start line in the log names it`);
    return;
  }
  const bucket = terraform.outputs().get("release-bucket");
  if (bucket === undefined) throw new Error("There is no release bucket yet: run `npm run deploy` first.");
  await goBack(new S3Client({ region: config.region }), bucket, options.to);
  step(`release ${options.to} again; the next deploy or update goes forward`);
}

/** Names an earlier release. The bucket keeps deleted versions, so one that is gone is brought back first. */
export async function goBack(s3: S3Client, Bucket: string, sha256: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`--to ${sha256}: must be the 64 hex digits of a release`);
  const Key = releaseKey(sha256);
  if (!(await exists(s3, Bucket, Key))) await restore(s3, Bucket, Key);
  await s3.send(new PutObjectCommand({ Bucket, Key: currentKey, Body: sha256, ContentType: "text/plain" }));
}

async function exists(s3: S3Client, Bucket: string, Key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
    throw error;
  }
}

async function restore(s3: S3Client, Bucket: string, Key: string): Promise<void> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
  const version = Versions.find((candidate) => candidate.Key === Key)?.VersionId;
  if (version === undefined)
    throw new Error(`${Bucket} has never held ${Key}; \`aws s3api list-object-versions\` shows what it has.`);
  await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}?versionId=${version}` }));
}
