import { EC2Client } from "@aws-sdk/client-ec2";
import { KMSClient } from "@aws-sdk/client-kms";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { inRegion } from "../aws.ts";
import { announce } from "../../../deploy/progress.ts";
import { type Place, readKept } from "../state/place.ts";
import { strangers } from "../state/strangers.ts";
import { serviceOf, taggedElsewhere } from "../state/tagged.ts";

/** What exists in EC2 with the stage's tags and is in no state: one line each. */
export async function orphansInEc2({ stage, region }: Place, state: string | null): Promise<string[]> {
  const found = await strangers(new EC2Client(inRegion(region)), stage, state);
  return found.map(({ type, id }) => `${type} ${id}`);
}

/** Names to a person what carries the stage's tags in any service and is in no state, as after a killed apply, and says what to do. */
export async function announceOrphans(place: Place): Promise<void> {
  const state = await readKept(place, "tfstate");
  const [hosts, others] = await Promise.all([orphansInEc2(place, state), orphansElsewhere(place, state)]);
  const found = [...hosts, ...others.map((arn) => `${serviceOf(arn)} ${arn}`)];
  if (found.length === 0) return;
  announce(
    "these resources have the stage's tags and are in no state, as after a killed apply: delete them in the AWS console",
  );
  for (const line of found) process.stderr.write(`  ${line}\n`);
  if (others.length > 0) announce("AWS may list resources outside EC2 for hours after their deletion");
}

/** Before version 0.2.0 the deployer's policy lacked this right: a command that has succeeded does not fail for it. */
async function orphansElsewhere({ region, stage }: Place, state: string | null): Promise<string[]> {
  const clients = {
    tagging: new ResourceGroupsTaggingAPIClient(inRegion(region)),
    keys: new KMSClient(inRegion(region)),
  };
  try {
    return await taggedElsewhere(clients, stage, state);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AccessDeniedException") throw error;
    announce(`resources outside EC2 could not be listed: update the deployer's policies from docs/ (${error.message})`);
    return [];
  }
}
