import { DescribeInstanceAttributeCommand, DescribeKeyPairsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { Resource } from "./stack.ts";

/** Attributes that Terraform does not import, and would replace the resource for: an import ignores them. */
export const unimported: Readonly<Record<string, readonly string[]>> = {
  aws_eks_cluster: ["access_config", "bootstrap_self_managed_addons"],
  aws_instance: ["ami", "user_data", "user_data_base64"],
  aws_key_pair: ["public_key"],
};

const attributesShape = z.looseObject({ id: z.string().optional() });

type Attributes = z.infer<typeof attributesShape>;

const stateShape = z.looseObject({
  serial: z.number(),
  resources: z.array(
    z.looseObject({
      type: z.string(),
      name: z.string(),
      mode: z.string(),
      instances: z.array(z.looseObject({ attributes: attributesShape })),
    }),
  ),
});

/** Returns the state (JSON) with what Terraform did not import: as AWS has it, else as the stack has it. */
export async function completed(state: string, resources: readonly Resource[], ec2: EC2Client): Promise<string> {
  const parsed = stateShape.parse(JSON.parse(state));
  for (const { type, name, mode, instances } of parsed.resources) {
    const wanted = resources.find(({ address }) => address === `${type}.${name}`);
    if (mode !== "managed" || wanted === undefined) continue;
    for (const { attributes } of instances) {
      if (type === "aws_eks_cluster") Object.assign(attributes, ofCluster(attributes, wanted));
      if (type === "aws_instance") Object.assign(attributes, await userData(ec2, attributes.id));
      if (type === "aws_key_pair")
        Object.assign(attributes, { public_key: await publicKey(ec2, attributes.id, wanted) });
    }
  }
  return JSON.stringify({ ...parsed, serial: parsed.serial + 1 });
}

/** AWS returns neither who was made admin nor whether there were add-ons at the creation of a cluster. */
function ofCluster({ access_config: there }: Attributes, { values }: Resource): object {
  const wanted = z.looseObject({}).catch({}).parse(values["access_config"]);
  const [imported = {}] = z.array(z.looseObject({})).catch([]).parse(there);
  const merged = [Object.assign(imported, wanted)];
  return { access_config: merged, bootstrap_self_managed_addons: values["bootstrap_self_managed_addons"] ?? true };
}

async function userData(ec2: EC2Client, InstanceId: string | undefined): Promise<object> {
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "userData" }));
  return { user_data: null, user_data_base64: UserData?.Value ?? null };
}

/** The settings' line if AWS has the same key, which it returns with another comment. */
async function publicKey(ec2: EC2Client, KeyName: string | undefined, { values }: Resource): Promise<unknown> {
  const names = KeyName === undefined ? [] : [KeyName];
  const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({ KeyNames: names, IncludePublicKey: true }));
  const there = KeyPairs?.[0]?.PublicKey;
  const own = String(values["public_key"]);
  return there === undefined || keyIn(there) === keyIn(own) ? own : there;
}

/** Type and key of a line of OpenSSH. */
function keyIn(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}
