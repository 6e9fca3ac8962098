import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DescribeInstanceAttributeCommand, type EC2Client, type Instance } from "@aws-sdk/client-ec2";
import { expect, vi } from "vitest";
import { temporaryFolder } from "./fixture.ts";
import { bootMachine, type Machine } from "./machine.ts";
import { prepareSshd } from "./sshd.ts";

/** An instance of the emulator, as a running machine. */
export interface EmulatedHost {
  readonly machine: Machine;
  stop(): Promise<void>;
}

interface Way {
  readonly ec2: EC2Client;
  /** URL of the emulator. */
  readonly emulator: string;
  /** Port of its SSH server, which is one of this machine: the container has none. */
  readonly port: number;
  /** Line of the authorised public key. */
  readonly authorized: string;
}

/** Boots a machine with the user data that EC2 holds for the instance, and opens SSH at the instance's public address. */
export async function bootInstance(
  instance: Instance,
  { ec2, emulator, port, authorized }: Way,
): Promise<EmulatedHost> {
  const ask = { InstanceId: instance.InstanceId, Attribute: "userData" } as const;
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand(ask));
  const machine = await bootMachine(
    gunzipSync(Buffer.from(UserData?.Value ?? "", "base64")).toString("utf8"),
    emulator,
  );
  const shell = join(temporaryFolder(), "shell");
  writeFileSync(
    shell,
    `#!/bin/sh\nexec docker exec -i -u ec2-user ${machine.id} sh \${SSH_ORIGINAL_COMMAND:+-c "$SSH_ORIGINAL_COMMAND"}\n`,
  );
  chmodSync(shell, 0o755);
  const server = await prepareSshd(String(instance.PublicIpAddress), port, { authorized, shell }).start();
  const isUp = (): void => expect(machine.run("systemctl", "is-active", "analyze-client").output).toBe("active\n");
  await vi.waitFor(isUp, { timeout: 180_000, interval: 1000 });
  return {
    machine,
    stop: async () => {
      await server.stop();
      machine.destroy();
    },
  };
}
