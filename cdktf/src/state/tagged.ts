import { DescribeKeyCommand, KeyState, type KMSClient } from "@aws-sdk/client-kms";
import { paginateGetResources, type ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";

/** Clients of one region. */
export interface TagClients {
  readonly tagging: ResourceGroupsTaggingAPIClient;
  readonly keys: KMSClient;
}

/**
 * ARNs of resources outside of EC2 with the stage's tags that are not in `state` (Terraform's JSON; null: there is no
 * state). AWS lists some resources for hours after their deletion, and IAM roles never.
 */
export async function taggedElsewhere(clients: TagClients, stage: string, state: string | null): Promise<string[]> {
  const tags = Object.entries({ project: "analyze", stage });
  const TagFilters = tags.map(([Key, value]) => ({ Key, Values: [value] }));
  const arns: string[] = [];
  for await (const { ResourceTagMappingList = [] } of paginateGetResources(
    { client: clients.tagging },
    { TagFilters },
  )) {
    arns.push(...ResourceTagMappingList.map(({ ResourceARN = "" }) => ResourceARN.replace(/:\*$/, "")));
  }
  const unknown = arns.filter((arn) => serviceOf(arn) !== "ec2" && state?.includes(`"${arn}"`) !== true);
  const isKept = await Promise.all(unknown.map((arn) => isAlive(clients.keys, arn)));
  return unknown.filter((_, index) => isKept[index]).sort();
}

/** The service in an ARN: `s3`. */
export function serviceOf(arn: string): string {
  return arn.split(":")[2] ?? "";
}

/** A key keeps its tags for the 30 days between `destroy` and its deletion. */
async function isAlive(keys: KMSClient, arn: string): Promise<boolean> {
  if (serviceOf(arn) !== "kms") return true;
  const { KeyMetadata } = await keys.send(new DescribeKeyCommand({ KeyId: arn }));
  return KeyMetadata?.KeyState !== KeyState.PendingDeletion;
}
