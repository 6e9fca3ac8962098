import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

/** A resource of EC2 with a stage's tags. */
export interface Tagged {
  readonly id: string;
  readonly type: "address" | "instance" | "key pair" | "volume" | "vpc";
}

const alive = ["pending", "running", "stopping", "stopped"];

/**
 * Existing resources of EC2 with the stage's tags that are not in `state` (Terraform's JSON; null: there is no state).
 * A network represents its content.
 */
export async function strangers(ec2: EC2Client, stage: string, state: string | null): Promise<Tagged[]> {
  const tags = { "tag:project": ["analyze"], "tag:stage": [stage] };
  const Filters = Object.entries(tags).map(([Name, Values]) => ({ Name, Values }));
  const isAlive = [...Filters, { Name: "instance-state-name", Values: alive }];
  const [vpcs, instances, addresses, volumes, keys] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({ Filters })),
    ec2.send(new DescribeInstancesCommand({ Filters: isAlive })),
    ec2.send(new DescribeAddressesCommand({ Filters })),
    ec2.send(new DescribeVolumesCommand({ Filters })),
    ec2.send(new DescribeKeyPairsCommand({ Filters })),
  ]);
  const hosts = (instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
  const found = [
    ...named("vpc", vpcs.Vpcs, ({ VpcId }) => VpcId),
    ...named("instance", hosts, ({ InstanceId }) => InstanceId),
    ...named("address", addresses.Addresses, ({ AllocationId }) => AllocationId),
    ...named("volume", volumes.Volumes, ({ VolumeId }) => VolumeId),
    ...named("key pair", keys.KeyPairs, ({ KeyPairId }) => KeyPairId),
  ];
  return found.filter(({ id }) => state?.includes(`"${id}"`) !== true);
}

function named<T>(type: Tagged["type"], all: readonly T[] = [], idOf: (one: T) => string | undefined): Tagged[] {
  return all.map((one) => ({ id: idOf(one) ?? "", type }));
}
