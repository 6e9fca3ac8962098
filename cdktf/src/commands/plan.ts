import { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "@analyze/common/errors";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure } from "../../../deploy/run.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { currentRelease } from "../release/publish.ts";
import { readOutputs } from "../state/outputs.ts";
import { synth } from "../synth.ts";
import { explainLock } from "./lock.ts";
import { showApproval } from "./approval.ts";
import { openForApply } from "./not-deployed.ts";
import { type ChangeOptions } from "./options.ts";
import { announceOrphans } from "./orphans.ts";

export interface PlanOptions extends ChangeOptions {
  /** Print the hash for `deploy --plan`. Exit code 0 also if there are changes. */
  readonly approval?: boolean;
}

/** Shows what `deploy` would change, and changes nothing. Exit code 2: there are changes; 1: it failed. */
export async function plan(options: PlanOptions): Promise<void> {
  try {
    await show(options);
  } catch (error) {
    throw error instanceof UserError && error.exitCode === 2 ? failure(error.message, error) : error;
  }
}

async function show(options: PlanOptions): Promise<void> {
  const opened = await openForApply(options);
  const release = await synth(opened.config);
  const terraform = new Terraform(stackFolder(opened.config.stage), opened.config.terraform);
  await terraform.init();
  const changes = await explainLock(opened.place, () =>
    options.approval === true ? showApproval(terraform) : terraform.plan(),
  );
  const bucket = (await readOutputs(opened.place)).get("release-bucket");
  const s3 = new S3Client(inRegion(opened.config.region));
  const current = bucket === undefined ? null : await currentRelease(s3, bucket);
  const isNew = current !== release.sha256;
  announce(
    isNew ? `client's release: ${current ?? "none"} → ${release.sha256}` : `client's release: ${current}, unchanged`,
  );
  await announceOrphans(opened.place);
  process.exitCode = (changes || isNew) && options.approval !== true ? 2 : 0;
}
