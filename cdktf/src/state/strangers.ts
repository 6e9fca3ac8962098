import { DescribeInstancesCommand, DescribeTagsCommand, type EC2Client } from "@aws-sdk/client-ec2";

/** Something in EC2 that carries a stage's tags. */
export interface Tagged {
  readonly id: string;
  /** EC2's word: vpc, subnet, instance … */
  readonly type: string;
}

/** What carries the stage's tags in EC2 and is not named in `state` (Terraform's JSON; null: there is no state), sorted. */
export async function strangers(ec2: EC2Client, stage: string, state: string | null): Promise<Tagged[]> {
  const [ofStage, ofProject, gone] = await Promise.all([
    tagged(ec2, "stage", stage),
    tagged(ec2, "project", "analyze"),
    terminated(ec2, stage),
  ]);
  const ours = new Set(ofProject.map(({ id }) => id));
  return ofStage
    .filter(({ id }) => ours.has(id) && !gone.has(id) && state?.includes(`"${id}"`) !== true)
    .toSorted((one, other) => (`${one.type}${one.id}` < `${other.type}${other.id}` ? -1 : 1));
}

async function tagged(ec2: EC2Client, key: string, value: string): Promise<Tagged[]> {
  const found: Tagged[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = Object.entries({ key, value }).map(([Name, only]) => ({ Name, Values: [only] }));
    const page = await ec2.send(new DescribeTagsCommand({ Filters, ...(NextToken ? { NextToken } : {}) }));
    for (const { ResourceId = "", ResourceType = "" } of page.Tags ?? [])
      found.push({ id: ResourceId, type: ResourceType });
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}

/** Ids of hosts that are gone: EC2 goes on naming them, with their tags, for an hour. */
async function terminated(ec2: EC2Client, stage: string): Promise<Set<string>> {
  const filters = { "tag:stage": stage, "instance-state-name": "terminated" };
  const Filters = Object.entries(filters).map(([Name, only]) => ({ Name, Values: [only] }));
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const volumes = instances.flatMap(({ BlockDeviceMappings = [] }) =>
    BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId),
  );
  return new Set([...instances.map(({ InstanceId }) => InstanceId), ...volumes].filter((id) => id !== undefined));
}
