import { clusterImages } from "@analyze/common/images";
import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy/index.js";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { Construct } from "constructs";
import type { Config } from "../config.ts";
import { type ForeignImage, tagOf } from "../images/foreign.ts";
import { nameOf } from "../names.ts";

/** The stage's repositories, one for each image. */
export function imageRepositories(scope: Construct, { stage, literal }: Config): ImageRepository[] {
  const { imagesKept, deleteFull } = literal;
  return clusterImages.map(
    (image) =>
      new ImageRepository(scope, `image-${image}`, {
        image,
        name: `${nameOf(stage)}/${image}`,
        imagesKept,
        deleteFull,
      }),
  );
}

/** Copies of third-party images, for a cluster without internet access. */
export function mirrorRepositories(
  scope: Construct,
  { stage, literal }: Config,
  images: readonly ForeignImage[],
): Map<string, string> {
  const { imagesKept, deleteFull } = literal;
  const pairs = images.map(({ name: image, source }) => {
    const props = { image, name: `${nameOf(stage)}/mirror/${image}`, imagesKept, deleteFull };
    return [image, `${new ImageRepository(scope, `mirror-${image}`, props).url}:${tagOf(source)}`] as const;
  });
  return new Map(pairs);
}

export interface ImageRepositoryProps {
  readonly image: string;
  readonly name: string;
  /** Older images are deleted by ECR. */
  readonly imagesKept: number;
  readonly deleteFull: boolean;
}

/** An ECR repository: immutable tags, a scan at each push, encryption, and expiry of old releases and builds. */
export class ImageRepository extends Construct {
  readonly image: string;
  readonly arn: string;
  readonly url: string;

  constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id);
    const repository = new EcrRepository(this, "repository", {
      name: props.name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: "KMS" }],
      forceDelete: props.deleteFull,
    });
    new EcrLifecyclePolicy(this, "lifecycle", {
      repository: repository.name,
      policy: JSON.stringify({ rules: lifecycleRules(props.imagesKept) }),
    });
    this.image = props.image;
    this.arn = repository.arn;
    this.url = repository.repositoryUrl;
  }
}

/**
 * Images are counted by tag: releases and builds separately, so that builds of a branch expire no release. An untagged
 * image belongs to a tagged one: the manifests of its platforms, its signature and its attestations. ECR deletes these
 * with it; a separate rule would delete a signature before its image. Tags are immutable, so no other image loses its
 * tag.
 */
function lifecycleRules(count: number): object[] {
  const patterns = { releases: "*.*", builds: "src-*" };
  return Object.entries(patterns).map(([what, pattern], index) => ({
    rulePriority: index + 1,
    description: `the newest ${count} ${what} stay, with their signatures`,
    selection: { tagStatus: "tagged", tagPatternList: [pattern], countType: "imageCountMoreThan", countNumber: count },
    action: { type: "expire" },
  }));
}
