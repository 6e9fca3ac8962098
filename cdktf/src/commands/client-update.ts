import { S3Client } from "@aws-sdk/client-s3";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { buildRelease } from "../release/build.ts";
import { currentRelease, goBack, publish } from "../release/publish.ts";
import { publishSecrets } from "../release/secrets.ts";
import { keepDeployed } from "../state/deployed.ts";
import { caWarnings } from "../settings/ca-file.ts";
import { findPlace } from "../state/find-place.ts";
import { notDeployed, readOutputs } from "../state/outputs.ts";
import { isNotDeployed } from "./not-deployed.ts";
import { type ChangeOptions, checkAccount, openStage } from "./options.ts";

export interface UpdateOptions extends ChangeOptions {
  /** SHA-256 of an earlier release to roll back to. */
  readonly to?: string;
}

/** Publishes new client code or settings to the hosts, which poll every minute, or rolls back to an earlier release. */
export async function clientUpdate(options: UpdateOptions): Promise<void> {
  const here = await findPlace(process.env);
  if (await isNotDeployed(here)) throw failure(notDeployed(here.stage));
  const opened = await openStage(options);
  const account = await checkAccount(opened);
  for (const sentence of caWarnings(opened.config.target.caFile, new Date())) announce(`warning: ${sentence}`);
  const bucket = (await readOutputs(opened.place)).get("release-bucket");
  if (bucket === undefined) throw failure("There is no release bucket yet: run `npm run deploy` first.");
  const s3 = new S3Client(inRegion(opened.config.region));
  const before = (await currentRelease(s3, bucket)) ?? "none";
  if (options.to === undefined) {
    const release = await buildRelease(opened.config.target);
    // First: the next deployment must not silently go back to the settings before.
    await keepDeployed(opened.place, opened.config, opened.env, account);
    await publish(s3, bucket, release);
    await publishSecrets(s3, bucket, opened.config.target.heartbeat);
    const next = `(previous: ${before}): the host installs it within a minute`;
    announce(`release ${release.sha256} is published${before === release.sha256 ? ", unchanged" : ` ${next}`}`);
    return;
  }
  await goBack(s3, bucket, options.to);
  announce(`release ${options.to} is published again (previous: ${before}); the next deploy or update replaces it`);
}
