import { ECRClient } from "@aws-sdk/client-ecr";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { tagsOf } from "../../../deploy/images/images.ts";
import { clusterImages } from "@analyze/common/images";
import type { Config } from "../config.ts";
import { ecrLogin, hasImage } from "../images/ecr.ts";
import { buildImage, project, pushImages } from "../../../deploy/images/docker.ts";
import { keepRelease } from "../release/history.ts";
import { synth } from "../synth.ts";
import { stackFolder, Terraform } from "../../../deploy/terraform.ts";
import { type ChangeOptions, configFor } from "./options.ts";
import { announce } from "../../../deploy/progress.ts";

export interface DeployOptions extends ChangeOptions {
  /** False: infrastructure only. */
  readonly images: boolean;
}

/** Everything from the account to the first line in the log: infrastructure, the client's release, images. */
export async function deploy(options: DeployOptions): Promise<void> {
  const config = await configFor(options);
  const { Account } = await new STSClient({ region: config.region }).send(new GetCallerIdentityCommand({}));
  announce(`stage ${config.stage} in account ${Account}, ${config.region}`);
  const release = await synth(config);
  announce(`client's release ${release.sha256.slice(0, 12)}`);
  const terraform = new Terraform(stackFolder(config.stage));
  await terraform.init();
  await terraform.apply(options.yes === true);
  const outputs = await terraform.outputs();
  const bucket = outputs.get("release-bucket");
  if (bucket !== undefined) await keepRelease(new S3Client({ region: config.region }), bucket, release);
  if (options.images) await publishImages(config, outputs);
  for (const [name, value] of outputs) process.stdout.write(`${name.padEnd(18)} ${value}\n`);
}

async function publishImages({ region, literal }: Config, outputs: ReadonlyMap<string, string>): Promise<void> {
  const ecr = new ECRClient({ region });
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
