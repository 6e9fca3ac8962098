import { EC2Client } from "@aws-sdk/client-ec2";
import { announce } from "../../../deploy/progress.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import type { Config } from "../config.ts";
import { readKept, removeKept } from "../state/place.ts";
import { strangers } from "../state/strangers.ts";
import { synth } from "../synth.ts";
import { type ChangeOptions, checkAccount, openStage } from "./options.ts";

export interface DestroyOptions extends ChangeOptions {
  /** First turn off what keeps a stage from being deleted: the balancer's protection, images and releases that are left. */
  readonly unprotect?: boolean;
}

/** What has to be changed in AWS before it can be deleted. */
const protectedTypes = new Set(["aws_alb", "aws_ecr_repository", "aws_s3_bucket"]);

/** Deletes everything that the stage made. Terraform lists it and asks, unless `yes`. */
export async function destroy(options: DestroyOptions): Promise<void> {
  const opened = await openStage(options);
  await checkAccount(opened);
  const { config, place } = opened;
  const unprotected = { ...config, literal: { ...config.literal, deleteFull: true } };
  await synth(options.unprotect === true ? unprotected : config);
  const terraform = new Terraform(stackFolder(config.stage), config.terraform);
  await terraform.init();
  if (options.unprotect === true) {
    announce("deletion protection off; images and releases go with the stage");
    const guarded = (await terraform.list()).filter((address) => protectedTypes.has(address.split(".")[0] ?? ""));
    if (guarded.length > 0) await terraform.apply(options.yes === true, guarded);
  }
  await terraform.destroy(options.yes === true);
  await reportLeft(config, await readKept(place, "tfstate"));
  await removeKept(place, "settings.json");
  announce(`stage ${config.stage} is gone`);
}

/** What an apply that was killed has left: it carries our tags, and no state knows it. */
async function reportLeft({ region, stage }: Config, state: string | null): Promise<void> {
  const left = await strangers(new EC2Client({ region }), stage, state);
  for (const { type, id } of left) process.stderr.write(`  ${type} ${id}\n`);
  if (left.length > 0) {
    announce(
      "these carry the stage's tags and were in no state, as after a killed apply: delete them in the EC2 console",
    );
  }
}
