import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { findPlace } from "../state/find-place.ts";
import { nameOfPlace, removeKept } from "../state/place.ts";
import { synth } from "../synth.ts";
import { explainLock } from "./lock.ts";
import { isNotDeployed } from "./not-deployed.ts";
import { type ChangeOptions, checkAccount, openStage } from "./options.ts";
import { announceOrphans } from "./orphans.ts";

export interface DestroyOptions extends ChangeOptions {
  /** First remove what prevents the deletion: the load balancer's protection, remaining images and releases. */
  readonly unprotect?: boolean;
}

/** What has to be changed in AWS before it can be deleted. */
export const protectedTypes: ReadonlySet<string> = new Set(["aws_alb", "aws_ecr_repository", "aws_s3_bucket"]);

/** Deletes all of a stage's resources. Terraform lists them and asks for confirmation, unless `yes`. */
export async function destroy(options: DestroyOptions): Promise<void> {
  const here = await findPlace(process.env);
  if (await isNotDeployed(here)) {
    announce(
      `nothing of stage ${here.stage} is in ${nameOfPlace(here, "tfstate")} or in EC2 in ${here.region}: there is nothing to delete`,
    );
    return announceOrphans(here);
  }
  const opened = await openStage(options);
  await checkAccount(opened);
  const { config, place } = opened;
  // AWS protects only the load balancer: Terraform would delete the cluster and the host, and then fail.
  if (!config.literal.deleteFull && options.unprotect !== true) {
    throw new UserError(
      `Stage ${config.stage} is protected, and nothing was deleted: \`npm run destroy -- --unprotect\` deletes it, with its images and releases.`,
    );
  }
  const unprotected = { ...config, literal: { ...config.literal, deleteFull: true } };
  await synth(options.unprotect === true ? unprotected : config);
  const terraform = new Terraform(stackFolder(config.stage), config.terraform);
  await terraform.init();
  if (options.unprotect === true) {
    announce("deletion protection is off; images and releases are deleted with the stage");
    const guarded = (await terraform.list()).filter((address) => protectedTypes.has(address.split(".")[0] ?? ""));
    if (guarded.length > 0) await explainLock(place, () => terraform.apply(options.yes === true, guarded));
  }
  try {
    await explainLock(place, () => terraform.destroy(options.yes === true));
  } finally {
    // A network cannot be deleted while an orphaned host is in it.
    await announceOrphans(place);
  }
  await removeKept(place, "settings.json");
  announce(`stage ${config.stage} is gone`);
}
