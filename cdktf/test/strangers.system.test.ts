import { CreateVpcCommand, DeleteVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { strangers } from "../src/state/strangers.ts";
import { clientOf } from "./support/aws.ts";
import { endHost, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";

describeWith(["moto"], "what carries a stage's tags and is in no state", () => {
  let moto: Moto;
  let ec2: EC2Client;

  beforeAll(async () => {
    moto = await startMoto();
    ec2 = clientOf(EC2Client, moto);
  });

  afterAll(() => moto.stop());

  async function makeVpc(tags: Record<string, string>): Promise<string> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.99.0.0/24", TagSpecifications: [{ ResourceType: "vpc", Tags }] }),
    );
    return Vpc?.VpcId ?? "";
  }

  it("is found by both tags, unless the state names it, until it is gone", async () => {
    const ours = await makeVpc({ project: "analyze", stage: "dev" });
    await makeVpc({ project: "analyze", stage: "staging" });
    await makeVpc({ project: "other", stage: "dev" });
    const { id } = await makeHost(ec2);
    const all = await strangers(ec2, "dev", null);
    expect(all).toEqual(
      expect.arrayContaining([
        { id: ours, type: "vpc" },
        { id, type: "instance" },
      ]),
    );
    expect(all.filter(({ type }) => type === "vpc")).toHaveLength(1);
    expect(await strangers(ec2, "dev", JSON.stringify({ vpc: ours, instance: id }))).toEqual([]);
    await endHost(ec2, id);
    await ec2.send(new DeleteVpcCommand({ VpcId: ours }));
    expect(await strangers(ec2, "dev", null)).toEqual([]);
  });
});
