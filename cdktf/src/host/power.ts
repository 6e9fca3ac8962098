import {
  type EC2Client,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceStopped,
} from "@aws-sdk/client-ec2";

/** Starts the host and resolves when it runs; its address stays the same. */
export async function start(client: EC2Client, id: string): Promise<void> {
  await client.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await waitUntilInstanceRunning({ client, ...patience }, { InstanceIds: [id] });
}

/** Stops the host and resolves when it is stopped. It probes nothing until it is started again. */
export async function stop(client: EC2Client, id: string): Promise<void> {
  await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await waitUntilInstanceStopped({ client, ...patience }, { InstanceIds: [id] });
}

/** Requests a reboot; EC2 does not report its end. */
export async function reboot(client: EC2Client, id: string): Promise<void> {
  await client.send(new RebootInstancesCommand({ InstanceIds: [id] }));
}

/** In seconds. */
const patience = { maxWaitTime: 300, minDelay: 2, maxDelay: 10 };
