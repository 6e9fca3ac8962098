import { S3Client } from "@aws-sdk/client-s3";
import { goBack, keepRelease } from "../release/history.ts";
import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { type ChangeOptions, configFor } from "./options.ts";
import { announce } from "../../../deploy/progress.ts";

export interface UpdateOptions extends ChangeOptions {
  /** SHA-256 of an earlier release to go back to. */
  readonly to?: string;
}

/** The two objects that a release is; a change of them changes no host. */
const releaseObjects = ["aws_s3_object.client_release", "aws_s3_object.client_current"];

/** Brings new client code or settings to the hosts, which look every minute; or names an earlier release again. */
export async function clientUpdate(options: UpdateOptions): Promise<void> {
  const config = await configFor(options);
  const release = await synth(config);
  const terraform = new Terraform(stackFolder(config.stage));
  await terraform.init();
  const bucket = (await terraform.outputs()).get("release-bucket");
  if (bucket === undefined) throw new Error("There is no release bucket yet: run `npm run deploy` first.");
  const s3 = new S3Client({ region: config.region });
  if (options.to === undefined) {
    await terraform.apply(options.yes === true, releaseObjects);
    await keepRelease(s3, bucket, release);
    announce(`release ${release.sha256}: the host takes it within a minute`);
  } else {
    await goBack(s3, bucket, options.to);
    announce(`release ${options.to} again; the next deploy or update goes forward`);
  }
}
