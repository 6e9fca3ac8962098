import { clusterFinders, expectedIds } from "./cluster-finders.ts";
import { type Finder, notFound, type Search } from "./finder.ts";
import type { Found } from "./found.ts";
import { networkFinders } from "./network-finders.ts";
import { type Resource, referenceIn } from "./stack.ts";

/** Import ids by address. */
export type ImportIds = ReadonlyMap<string, string>;

/** Where the stage is. */
export type Whereabouts = Pick<Search, "account" | "region">;

const finders: Readonly<Record<string, Finder>> = { ...networkFinders, ...clusterFinders, ...expectedIds };

/** Resources that their create call overwrites, or makes again without harm: they need not be found. */
const overwritten: ReadonlySet<string> = new Set([
  "aws_acm_certificate_validation",
  "aws_cloudwatch_log_metric_filter",
  "aws_cloudwatch_metric_alarm",
  "aws_ecr_lifecycle_policy",
  "aws_eks_access_policy_association",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_inspector2_enabler",
  "aws_lambda_permission",
  "aws_prometheus_workspace_configuration",
  "aws_s3_bucket_policy",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
  "aws_sns_topic_policy",
  "aws_sns_topic_subscription",
  "aws_wafv2_web_acl_association",
  "aws_wafv2_web_acl_logging_configuration",
]);

/** Types of resources that can be neither found nor overwritten, each once. */
export function unknownTypes(resources: readonly Resource[]): string[] {
  const types = new Set(resources.map(({ type }) => type));
  return [...types].filter((type) => !(type in finders) && !overwritten.has(type)).sort();
}

/** Whether anything of the stage was found in AWS: ids that follow from the stack prove nothing. */
export function isAnyFound(resources: readonly Resource[], ids: ImportIds): boolean {
  return resources.some(({ address, type }) => ids.has(address) && !(type in expectedIds));
}

/**
 * The ids of all resources that exist, and of those that may exist (`expectedIds`). A resource may refer to others:
 * searches until nothing is found. `imported`: addresses that the stack imports itself.
 */
export function importIds(
  resources: readonly Resource[],
  found: Found,
  at: Whereabouts,
  imported: ReadonlySet<string> = new Set(),
): ImportIds {
  const ids = new Map<string, string>();
  for (let before = -1; before < ids.size;) {
    before = ids.size;
    for (const resource of resources) {
      if (ids.has(resource.address) || imported.has(resource.address)) continue;
      const id = finders[resource.type]?.(resource.values, { ...searchFor(resource, resources, ids), ...at, found });
      if (id !== undefined) ids.set(resource.address, id);
    }
  }
  return ids;
}

function searchFor(
  { address, values }: Resource,
  resources: readonly Resource[],
  ids: ImportIds,
): Pick<Search, "idOf" | "nameOf" | "referring"> {
  const idOf = (value: unknown): string => ids.get(referenceIn(value) ?? "") ?? notFound;
  const nameOf = (attribute: string): string => {
    const referred = resources.find((one) => one.address === referenceIn(values[attribute]));
    return String(referred?.values["name"] ?? values[attribute]);
  };
  const referring = (type: string, attribute: string, other: string): string[] =>
    resources
      .filter((one) => one.type === type && referenceIn(one.values[attribute]) === address)
      .map((one) => idOf(one.values[other]));
  return { idOf: (attribute) => idOf(values[attribute]), nameOf, referring };
}
