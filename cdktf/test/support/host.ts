import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { Moto } from "./moto.ts";

/** A client of the emulator's EC2. */
export function ec2Of({ url, env }: Moto): EC2Client {
  const credentials = { accessKeyId: String(env["AWS_ACCESS_KEY_ID"]), secretAccessKey: "nobody" };
  return new EC2Client({ endpoint: url, region: String(env["AWS_REGION"]), credentials });
}

/** An instance tagged as the stage tags its host, with a fixed address, which moto takes from 127.0.0.0/8. */
export async function makeHost(ec2: EC2Client, stage = "dev"): Promise<{ id: string; address: string }> {
  const tags = { project: "analyze", stage, role: "client" };
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [
        { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  const id = Instances?.[0]?.InstanceId ?? "";
  const { PublicIp = "", AllocationId } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  await ec2.send(new AssociateAddressCommand({ InstanceId: id, AllocationId }));
  return { id, address: PublicIp };
}

export async function endHost(ec2: EC2Client, id: string): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
}
