import { EC2Client } from "@aws-sdk/client-ec2";
import { announce } from "../../../deploy/progress.ts";
import { type Place, readKept } from "../state/place.ts";
import { strangers } from "../state/strangers.ts";

/** What carries the stage's tags in EC2 and is in no state, as after a killed apply: one line each. */
export async function orphans(place: Place): Promise<string[]> {
  const { stage, region } = place;
  const found = await strangers(new EC2Client({ region }), stage, await readKept(place, "tfstate"));
  return found.map(({ type, id }) => `${type} ${id}`);
}

/** Names them to a person, and says what to do. */
export async function announceOrphans(place: Place): Promise<void> {
  const found = await orphans(place);
  if (found.length === 0) return;
  announce("these carry the stage's tags and are in no state, as after a killed apply: delete them in the EC2 console");
  for (const line of found) process.stderr.write(`  ${line}\n`);
}
