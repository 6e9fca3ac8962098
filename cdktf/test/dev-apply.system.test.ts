import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  DescribeAddressesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { GetObjectCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { goBack, publish } from "../src/release/publish.ts";
import { publishSecrets } from "../src/release/secrets.ts";
import { cloudConfig } from "../src/user-data/cloud-config.ts";
import { readHostScripts } from "../src/user-data/scripts.ts";
import { type Applied, applyStage, itEnds, itFindsItself, itHolds } from "./support/applied.ts";
import { clientOf } from "./support/aws.ts";
import { config, release } from "./support/fixture.ts";
import type { Workspace } from "./support/terraform.ts";

describeWith(["terraform", "moto"], "stage dev, applied", () => {
  let applied: Applied;
  let stack: Workspace;
  let outputs: Record<string, { value: string }>;
  let ec2: EC2Client;
  let s3: S3Client;

  beforeAll(async () => {
    applied = await applyStage();
    ({ stack } = applied);
    ec2 = clientOf(EC2Client, applied.moto);
    s3 = clientOf(S3Client, applied.moto);
    outputs = JSON.parse((await stack.terraform(["output", "-json"])).output);
  });

  afterAll(() => applied.moto.stop());

  async function theHost(): Promise<Instance> {
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: "tag:role", Values: ["client"] }] }),
    );
    const [instance, ...others] = Reservations.flatMap(({ Instances = [] }) => Instances);
    expect(others).toEqual([]);
    if (instance === undefined) throw new Error("no instance");
    return instance;
  }

  async function current(): Promise<string | undefined> {
    const Bucket = outputs["release-bucket"]?.value;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "client/current" }));
    return Body?.transformToString();
  }

  itHolds(() => applied);
  itFindsItself("dev", ["cloudwatch", "s3"], () => applied);

  it("creates a host with IMDSv2 only, an encrypted disk, a static address and our tags", async () => {
    const host = await theHost();
    expect(host).toMatchObject({
      InstanceType: "t4g.micro",
      EbsOptimized: true,
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1, HttpEndpoint: "enabled" },
    });
    expect(host.Tags).toEqual(expect.arrayContaining([{ Key: "project", Value: "analyze" }]));
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    expect(Volumes).toMatchObject([{ Encrypted: true, VolumeType: "gp3", Size: 8 }]);
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({}));
    expect(Addresses).toMatchObject([{ PublicIp: outputs["address"]?.value, InstanceId: host.InstanceId }]);
    expect(outputs["login-command"]?.value).toBe(`ssh ec2-user@${outputs["address"]?.value}`);
  });

  it("allows SSH in from one address, S3 out, and nothing else", async () => {
    const host = await theHost();
    const Filters = [{ Name: "group-id", Values: host.SecurityGroups?.map(({ GroupId }) => GroupId ?? "") ?? [] }];
    const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
    const rules = SecurityGroupRules.map((rule) =>
      [rule.IsEgress ? "out" : "in", rule.FromPort, rule.CidrIpv4 ?? rule.PrefixListId].join(" "),
    );
    expect(rules.sort()).toEqual(["in 22 203.0.113.7/32", expect.stringMatching(/^out 443 pl-/)]);
  });

  it("gives the host exactly the user data of the pure function, gzipped", async () => {
    const { InstanceId } = await theHost();
    const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "userData" }));
    const text = gunzipSync(Buffer.from(UserData?.Value ?? "", "base64")).toString("utf8");
    const bucket = outputs["release-bucket"]?.value ?? "";
    expect(text).toBe(cloudConfig({ bucket, region: "eu-central-1", logGroup: null }, readHostScripts()));
  });

  it.each<[change: string, variables: NodeJS.ProcessEnv, planned: string[]]>([
    [
      "another address for SSH",
      { ANALYZE_SSH_CIDR: "198.51.100.1/32" },
      ["update aws_vpc_security_group_ingress_rule.client_firewall_ssh"],
    ],
    ["another size", { ANALYZE_INSTANCE_TYPE: "t4g.small" }, ["update aws_instance.client_host_instance"]],
    ["detailed monitoring", { ANALYZE_DETAILED_MONITORING: "true" }, ["update aws_instance.client_host_instance"]],
    [
      "an edge on the internet",
      { ANALYZE_ADDRESS: "192.0.2.10" },
      ["create aws_vpc_security_group_egress_rule.client_firewall_edge"],
    ],
    [
      "a heartbeat",
      { ANALYZE_HEARTBEAT_URL: "https://hc-ping.com/x", ANALYZE_HEARTBEAT_CIDR: "0.0.0.0/0" },
      ["create aws_vpc_security_group_egress_rule.client_firewall_heartbeat"],
    ],
  ])("plans for %s only the expected changes", async (_, variables, planned) => {
    const { env, release: first } = applied;
    stack.synth(config({ ...env, ...variables }), first);
    expect(await stack.plan()).toEqual(planned);
    stack.synth(config(env), first);
  });

  it("publishes a new release without Terraform or a change of the host, rolls back and forward again", async () => {
    const { env, release: first } = applied;
    const before = await theHost();
    const Bucket = outputs["release-bucket"]?.value ?? "";
    const second = await release("another bundle");
    stack.synth(config(env), second);
    expect(await stack.plan()).toEqual([]);
    for (const archive of [second, first, second]) {
      await publish(s3, Bucket, archive);
      expect(await current()).toBe(archive.sha256);
    }
    await goBack(s3, Bucket, first.sha256);
    expect(await current()).toBe(first.sha256);
    await expect(goBack(s3, Bucket, "0".repeat(64))).rejects.toThrow(/does not hold 0000/);
    await expect(goBack(s3, Bucket, "latest")).rejects.toThrow(/does not hold latest/);
    expect(await current()).toBe(first.sha256);
    expect(await theHost()).toEqual(before);
  });

  it("keeps the heartbeat's URL only in the bucket: not in state, plan, user data or settings file", async () => {
    const secret = "https://hc-ping.com/a-secret";
    const { env, release: first } = applied;
    const Bucket = outputs["release-bucket"]?.value ?? "";
    const settings = { ...env, ANALYZE_HEARTBEAT_URL: secret, ANALYZE_HEARTBEAT_CIDR: "0.0.0.0/0" };
    const chosen = config(settings);
    stack.synth(chosen, first);
    expect(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")).not.toContain("a-secret");
    stack.synth(config(env), first);
    await publishSecrets(s3, Bucket, chosen.target.heartbeat);
    const { Body, ServerSideEncryption } = await s3.send(new GetObjectCommand({ Bucket, Key: "client/secret.env" }));
    expect([await Body?.transformToString(), ServerSideEncryption]).toEqual([
      `ANALYZE_HEARTBEAT_URL='${secret}'\n`,
      "aws:kms",
    ]);
    await publishSecrets(s3, Bucket, config({ ...env, ANALYZE_HEARTBEAT_URL: "off" }).target.heartbeat);
    const empty = await s3.send(new GetObjectCommand({ Bucket, Key: "client/secret.env" }));
    expect(await empty.Body?.transformToString()).toBe("\n");
  });

  itEnds("dev", () => applied);

  it("leaves nothing in the account", async () => {
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toEqual([]);
    const { repositories } = await clientOf(ECRClient, applied.moto).send(new DescribeRepositoriesCommand({}));
    expect(repositories).toEqual([]);
    expect((await theHost()).State?.Name).toBe("terminated");
    expect((await ec2.send(new DescribeAddressesCommand({}))).Addresses).toEqual([]);
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    expect(Vpcs.filter(({ IsDefault }) => IsDefault !== true)).toEqual([]);
  });
});
