import {
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type Instance,
} from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { GetObjectCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { strangers } from "../../src/state/strangers.ts";
import { type TagClients, taggedElsewhere } from "../../src/state/tagged.ts";
import { clientOf } from "./aws.ts";
import type { Moto } from "./moto.ts";

/** Clients that find tags in an emulated account. */
export function tagClients(moto: Moto): TagClients {
  return { tagging: clientOf(ResourceGroupsTaggingAPIClient, moto), keys: clientOf(KMSClient, moto) };
}

/** Stage dev's resources in an emulated account, read by the AWS SDK. */
export class Account {
  readonly ec2: EC2Client;
  readonly s3: S3Client;
  private readonly moto: Moto;

  constructor(moto: Moto) {
    this.moto = moto;
    this.ec2 = clientOf(EC2Client, moto);
    this.s3 = clientOf(S3Client, moto);
  }

  /** The running hosts. */
  async hosts(): Promise<Instance[]> {
    const Filters = [
      { Name: "tag:role", Values: ["client"] },
      { Name: "instance-state-name", Values: ["pending", "running"] },
    ];
    const { Reservations = [] } = await this.ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  /** The only host. Rejects if there is none or more than one. */
  async host(): Promise<Instance> {
    const [instance, ...others] = await this.hosts();
    if (instance === undefined || others.length > 0) throw new Error(`${others.length + 1} hosts, or none`);
    return instance;
  }

  /** The networks that SSH is open to. */
  async sshFrom(): Promise<(string | undefined)[]> {
    const { SecurityGroupRules = [] } = await this.ec2.send(new DescribeSecurityGroupRulesCommand({}));
    return SecurityGroupRules.filter(({ FromPort }) => FromPort === 22).map(({ CidrIpv4 }) => CidrIpv4);
  }

  async buckets(): Promise<string[]> {
    const { Buckets = [] } = await this.s3.send(new ListBucketsCommand({}));
    return Buckets.flatMap(({ Name = "" }) => Name);
  }

  /** The bucket's current release. */
  async current(): Promise<string | undefined> {
    const Bucket = (await this.buckets()).find((name) => name.startsWith("analyze-dev-releases-"));
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key: "client/current" }));
    return Body?.transformToString();
  }

  /** Everything with the stage's tags or name. */
  async left(): Promise<string[]> {
    const tagged = await strangers(this.ec2, "dev", null);
    const { repositories = [] } = await clientOf(ECRClient, this.moto).send(new DescribeRepositoriesCommand({}));
    const { Roles = [] } = await clientOf(IAMClient, this.moto).send(new ListRolesCommand({}));
    const names = [...(await this.buckets()), ...Roles.map(({ RoleName }) => RoleName)];
    return [
      ...tagged.map(({ id }) => id),
      ...(await taggedElsewhere(tagClients(this.moto), "dev", null)),
      ...repositories.map(({ repositoryName = "" }) => repositoryName),
      ...names.filter((name) => name?.startsWith("analyze-dev")).map(String),
    ];
  }
}
