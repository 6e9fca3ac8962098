import { clusterImages } from "@analyze/common/images";
import { ECRClient } from "@aws-sdk/client-ecr";
import { S3Client } from "@aws-sdk/client-s3";
import { inRegion } from "../aws.ts";
import { tagsOf } from "../../../deploy/images/images.ts";
import type { Config } from "../config.ts";
import { hostEnvironment } from "../host/environment.ts";
import { saveLog } from "../host/save-log.ts";
import { ecrLogin, hasImage } from "../images/ecr.ts";
import { requireDocker } from "../../../deploy/images/builder.ts";
import { buildImage, project, pushImages } from "../../../deploy/images/docker.ts";
import { currentRelease, publish } from "../release/publish.ts";
import type { Release } from "../release/release.ts";
import { publishSecrets } from "../release/secrets.ts";
import { caWarnings } from "../settings/ca-file.ts";
import { keepDeployed } from "../state/deployed.ts";
import { readOutputs } from "../state/outputs.ts";
import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { applyApproved } from "./approval.ts";
import { explainLock } from "./lock.ts";
import { type ChangeOptions } from "./options.ts";
import { announceOrphans } from "./orphans.ts";
import { openForApply } from "./not-deployed.ts";
import { endingSupport } from "../../../deploy/support/dates.ts";
import { announce } from "../../../deploy/progress.ts";

export interface DeployOptions extends ChangeOptions {
  /** False: infrastructure only. */
  readonly images: boolean;
  /** The hash of an approved plan: only a plan with this hash is applied. */
  readonly plan?: string;
  /** Replaces the host by one from the newest OS image. */
  readonly replaceHost?: boolean;
}

/** Deploys a stage: infrastructure, the client's release, images. */
export async function deploy(options: DeployOptions): Promise<void> {
  const { config, env, place, deployed, account } = await openForApply(options);
  // Later, images may be in ECR already, and then Docker is not needed.
  if (deployed === null && options.images) await requireDocker();
  for (const sentence of warnings(config)) announce(`warning: ${sentence}`);
  const release = await synth(config);
  const terraform = new Terraform(stackFolder(config.stage), config.terraform);
  await terraform.init();
  // Before the first apply, so that a killed apply can be continued or destroyed without settings.
  if (deployed === null) await keepDeployed(place, config, env, account);
  const hosts =
    options.replaceHost === true ? (await terraform.list()).filter((one) => one.startsWith("aws_instance.")) : [];
  if (hosts.length > 0) {
    // First: if it fails, nothing is replaced. With this machine's keys: the stage's settings have only a public key.
    const saved = await saveLog(await hostEnvironment(process.env));
    announce(`the host will be replaced: it gets new SSH host keys and a new log; the log so far is in ${saved}`);
  }
  const { plan } = options;
  await explainLock(place, () =>
    plan === undefined ? terraform.apply(options.yes === true, [], hosts) : applyApproved(terraform, plan),
  );
  await keepDeployed(place, config, env, account);
  const outputs = await readOutputs(place);
  const bucket = outputs.get("release-bucket");
  if (bucket !== undefined) await publishRelease(config, bucket, release);
  if (options.images) await publishImages(config, outputs);
  for (const [name, value] of outputs) process.stdout.write(`${name.padEnd(18)} ${value}\n`);
  await announceOrphans(place);
}

function warnings({ stage, literal, stateBucket, target }: Config): string[] {
  const now = new Date();
  const known = [...endingSupport(now), ...caWarnings(target.caFile, now)];
  if (literal.cluster === null || stateBucket !== null) return known;
  const state = `the state of stage ${stage} is on this disk alone: \`npm run bootstrap\` creates a bucket for it`;
  return [...known, state];
}

async function publishRelease({ region, target }: Config, bucket: string, release: Release): Promise<void> {
  const s3 = new S3Client(inRegion(region));
  const before = await currentRelease(s3, bucket);
  await publish(s3, bucket, release);
  await publishSecrets(s3, bucket, target.heartbeat);
  announce(`client's release ${release.sha256} is published${before === release.sha256 ? ", unchanged" : ""}`);
}

async function publishImages({ region, literal }: Config, outputs: ReadonlyMap<string, string>): Promise<void> {
  const ecr = new ECRClient(inRegion(region));
  const tags = tagsOf(project);
  const wanted: string[] = [];
  for (const image of clusterImages) {
    const repository = outputs.get(`${image}-repository`);
    if (repository === undefined) continue;
    const tag = tags[image];
    if (await hasImage(ecr, repository, tag)) {
      announce(`${image}:${tag} is in ECR already`);
      continue;
    }
    announce(`building ${image}:${tag}`);
    const reference = `${repository}:${tag}`;
    await buildImage(image, [reference], { platform: literal.imagePlatform, show: true });
    wanted.push(reference);
  }
  if (wanted.length > 0) await pushImages(await ecrLogin(ecr), wanted);
}
