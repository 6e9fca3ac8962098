import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { IAMClient, paginateListInstanceProfiles, paginateListRoles } from "@aws-sdk/client-iam";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";

/** A stage's resources in the account: EC2's by their tags, the others by name. */
export type Found = Awaited<ReturnType<typeof find>>;

/** Queries AWS for everything that a stage may have. */
export async function find(stage: string, region: string) {
  return { ...(await findInEc2(stage, new EC2Client({ region }))), ...(await findByName(region)) };
}

const alive = ["pending", "running", "stopping", "stopped"];

async function findInEc2(stage: string, ec2: EC2Client) {
  const Filters = Object.entries({ "tag:project": "analyze", "tag:stage": stage }).map(([Name, value]) => {
    return { Name, Values: [value] };
  });
  const isAlive = [...Filters, { Name: "instance-state-name", Values: alive }];
  const [vpcs, subnets, gateways, tables, groups, rules, endpoints, hosts, addresses, keys] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({ Filters })),
    ec2.send(new DescribeSubnetsCommand({ Filters })),
    ec2.send(new DescribeInternetGatewaysCommand({ Filters })),
    ec2.send(new DescribeRouteTablesCommand({ Filters })),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
    ec2.send(new DescribeSecurityGroupRulesCommand({ Filters })),
    ec2.send(new DescribeVpcEndpointsCommand({ Filters })),
    ec2.send(new DescribeInstancesCommand({ Filters: isAlive })),
    ec2.send(new DescribeAddressesCommand({ Filters })),
    ec2.send(new DescribeKeyPairsCommand({ Filters })),
  ]);
  return {
    vpcs: vpcs.Vpcs ?? [],
    subnets: subnets.Subnets ?? [],
    gateways: gateways.InternetGateways ?? [],
    tables: tables.RouteTables ?? [],
    groups: groups.SecurityGroups ?? [],
    rules: rules.SecurityGroupRules ?? [],
    endpoints: (endpoints.VpcEndpoints ?? []).filter(({ State }) => !String(State).startsWith("delet")),
    instances: (hosts.Reservations ?? []).flatMap(({ Instances = [] }) => Instances),
    addresses: addresses.Addresses ?? [],
    keys: keys.KeyPairs ?? [],
  };
}

async function findByName(region: string) {
  const iam = new IAMClient({ region });
  const [roles, profiles, { Buckets = [] }, { repositories = [] }] = await Promise.all([
    pages(paginateListRoles({ client: iam }, {})),
    pages(paginateListInstanceProfiles({ client: iam }, {})),
    new S3Client({ region }).send(new ListBucketsCommand({})),
    new ECRClient({ region }).send(new DescribeRepositoriesCommand({ maxResults: 1000 })),
  ]);
  return {
    roles: roles.flatMap(({ Roles = [] }) => Roles).map(({ RoleName = "" }) => RoleName),
    profiles: profiles
      .flatMap(({ InstanceProfiles = [] }) => InstanceProfiles)
      .map(({ InstanceProfileName = "" }) => InstanceProfileName),
    buckets: Buckets.map(({ Name = "" }) => Name),
    repositories: repositories.map(({ repositoryName = "" }) => repositoryName),
  };
}

async function pages<T>(answers: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
}
