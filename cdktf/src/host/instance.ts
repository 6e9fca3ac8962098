import { UserError } from "@analyze/common/errors";
import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  type EC2Client,
  type Instance as Ec2Instance,
} from "@aws-sdk/client-ec2";
import type { HostConfig } from "./config.ts";
import { explainNoHost } from "./no-host.ts";

/** The client's host, as EC2 knows it. */
export interface Instance {
  readonly id: string;
  /** As EC2 names it: pending, running, stopping, stopped. */
  readonly state: string;
  readonly type: string;
  /** Public IPv4 address; null while it has none. */
  readonly address: string | null;
  /** ISO 8601; null when EC2 does not say. */
  readonly launched: string | null;
}

/** Both of EC2's checks, as EC2 names them (ok, impaired, initializing …). */
export interface Checks {
  readonly system: string;
  readonly instance: string;
}

const alive = ["pending", "running", "stopping", "stopped"];

/**
 * The one host of the stage, by its tags. Throws a UserError when there is none or more than one, and passes on what
 * the AWS SDK throws.
 */
export async function findInstance(ec2: EC2Client, { stage, region }: HostConfig): Promise<Instance> {
  const filters = {
    "tag:project": ["analyze"],
    "tag:stage": [stage],
    "tag:role": ["client"],
    "instance-state-name": alive,
  };
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values }));
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  const found = Reservations.flatMap(({ Instances = [] }) => Instances).map(instanceOf);
  const [instance, ...others] = found;
  if (instance === undefined) {
    throw new UserError(await explainNoHost({ stage, region }, process.env), { exitCode: 1 });
  }
  if (others.length > 0) {
    const list = found.map(
      ({ id, state, launched }) => `  ${id}  ${state}  launched ${launched ?? "at an unknown time"}`,
    );
    throw new UserError(
      `${found.length} hosts of stage ${stage} are in ${region}, and there should be one:\n${list.join("\n")}\n` +
        "`npm run deploy` says which of them Terraform knows (output instance-id); terminate the other, then try again.",
      { exitCode: 1 },
    );
  }
  return instance;
}

function instanceOf({ InstanceId, State, InstanceType, PublicIpAddress, LaunchTime }: Ec2Instance): Instance {
  return {
    id: InstanceId ?? "",
    state: State?.Name ?? "unknown",
    type: InstanceType ?? "unknown",
    address: PublicIpAddress ?? null,
    launched: LaunchTime?.toISOString() ?? null,
  };
}

/** EC2's two status checks of a host, also of a stopped one. */
export async function checksOf(ec2: EC2Client, { id }: Instance): Promise<Checks> {
  const { InstanceStatuses = [] } = await ec2.send(
    new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true }),
  );
  const [status] = InstanceStatuses;
  return {
    system: status?.SystemStatus?.Status ?? "unknown",
    instance: status?.InstanceStatus?.Status ?? "unknown",
  };
}

/** The address to connect to. Throws a UserError that says why there is none. */
export function addressOf({ address, id, state }: Instance): string {
  if (state !== "running")
    throw new UserError(`${id} is ${state}: \`npm run host -- start\` starts it.`, { exitCode: 1 });
  if (address !== null) return address;
  throw new UserError(`${id} has no public address: \`npm run deploy\` gives it its fixed one again.`, { exitCode: 1 });
}
