import { CreateVpcCommand, DeleteVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { listen } from "../../test/load/backend.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { announceOrphans } from "../src/commands/orphans.ts";
import { strangers } from "../src/state/strangers.ts";
import { taggedElsewhere } from "../src/state/tagged.ts";
import { tagClients } from "./support/account.ts";
import { clientOf } from "./support/aws.ts";
import { endHost, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";

function tags(of: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(of).map(([Key, Value]) => ({ Key, Value }));
}

describeWith(["moto"], "what carries a stage's tags and is in no state", () => {
  let moto: Moto;
  let ec2: EC2Client;

  beforeAll(async () => {
    moto = await startMoto();
    ec2 = clientOf(EC2Client, moto);
  });

  afterAll(() => moto.stop());

  async function makeVpc(of: Record<string, string>): Promise<string> {
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.99.0.0/24", TagSpecifications: [{ ResourceType: "vpc", Tags: tags(of) }] }),
    );
    return Vpc?.VpcId ?? "";
  }

  it("is found by both tags until it is deleted, unless it is in the state", async () => {
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

  it("is found in other services by both tags, unless it is in the state", async () => {
    const secrets = clientOf(SecretsManagerClient, moto);
    const Tags = tags({ project: "analyze", stage: "dev" });
    const { ARN: secret = "" } = await secrets.send(new CreateSecretCommand({ Name: "ours", SecretString: "x", Tags }));
    const foreign = tags({ project: "other", stage: "dev" });
    await secrets.send(new CreateSecretCommand({ Name: "theirs", SecretString: "x", Tags: foreign }));
    const s3 = clientOf(S3Client, moto);
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    await s3.send(new CreateBucketCommand({ Bucket: "ours", CreateBucketConfiguration }));
    await s3.send(new PutBucketTaggingCommand({ Bucket: "ours", Tagging: { TagSet: Tags } }));
    expect(await taggedElsewhere(tagClients(moto), "dev", null)).toEqual(["arn:aws:s3:::ours", secret]);
    expect(await taggedElsewhere(tagClients(moto), "dev", JSON.stringify({ arn: secret }))).toEqual([
      "arn:aws:s3:::ours",
    ]);
  });

  it("does not include keys that AWS deletes in 30 days", async () => {
    const { tagging, keys } = tagClients(moto);
    const Tags = Object.entries({ project: "analyze", stage: "old" }).map(([TagKey, TagValue]) => ({
      TagKey,
      TagValue,
    }));
    const { KeyMetadata } = await keys.send(new CreateKeyCommand({ Tags }));
    expect(await taggedElsewhere({ tagging, keys }, "old", null)).toEqual([KeyMetadata?.Arn]);
    await keys.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId }));
    expect(await taggedElsewhere({ tagging, keys }, "old", null)).toEqual([]);
  });

  it("does not fail a command whose credentials may not search: the missing right is named", async () => {
    const message = "User: deployer is not authorized to perform: tag:GetResources";
    const denying = createServer((_, response) => {
      response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ __type: "AccessDeniedException", message }));
    });
    const AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API = `http://127.0.0.1:${await listen(denying)}`;
    const env = { ...moto.env, AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      await announceOrphans({ stage: "none", bucket: null, region: "eu-central-1" });
      expect(write.mock.calls.join("")).toContain(`update the deployer's policies from docs/ (${message})`);
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      denying.close();
    }
  });
});
