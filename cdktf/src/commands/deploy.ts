import { ECRClient } from "@aws-sdk/client-ecr";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { tagsOf } from "../../../deploy/images/images.ts";
import type { Config } from "../config.ts";
import { images } from "../constructs/image-repository.ts";
import { ecrLogin, hasImage } from "../images/ecr.ts";
import { buildImage, type ImagePush, project, pushImages } from "../../../deploy/images/push.ts";
import { keepRelease } from "../release/history.ts";
import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform/terraform.ts";
import { type ChangeOptions, configFor } from "./options.ts";
import { step } from "../../../deploy/progress.ts";

export interface DeployOptions extends ChangeOptions {
  /** False: infrastructure only. */
  readonly images: boolean;
}

/** Everything from the account to the first line in the log: infrastructure, the client's release, images. */
export async function deploy(options: DeployOptions): Promise<void> {
  const config = await configFor(options);
  const { Account } = await new STSClient({ region: config.region }).send(new GetCallerIdentityCommand({}));
  step(`stage ${config.stage} in account ${Account}, ${config.region}`);
  const release = await synth(config);
  step(`client's release ${release.sha256.slice(0, 12)}`);
  const terraform = new Terraform(stackFolder(config.stage));
  terraform.init();
  terraform.apply(options.yes === true);
  const outputs = terraform.outputs();
  const bucket = outputs.get("release-bucket");
  if (bucket !== undefined) await keepRelease(new S3Client({ region: config.region }), bucket, release);
  if (options.images) await publishImages(config, outputs);
  for (const [name, value] of outputs) process.stdout.write(`${name.padEnd(18)} ${value}\n`);
}

async function publishImages({ region, literal }: Config, outputs: ReadonlyMap<string, string>): Promise<void> {
  const ecr = new ECRClient({ region });
  const tags = tagsOf(project);
  const wanted: ImagePush[] = [];
  for (const target of images) {
    const repository = outputs.get(`${target}-repository`);
    if (repository === undefined) continue;
    const tag = tags[target];
    if (await hasImage(ecr, repository, tag)) step(`${target}:${tag} is in ECR already`);
    else wanted.push({ target, repository, tag });
  }
  for (const image of wanted) {
    step(`building ${image.target}:${image.tag}`);
    buildImage(image, literal.imagePlatform);
  }
  if (wanted.length > 0) pushImages(await ecrLogin(ecr), wanted);
}
