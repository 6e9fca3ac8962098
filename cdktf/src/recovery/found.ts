import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeKeyPairsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  paginateDescribeLaunchTemplates,
} from "@aws-sdk/client-ec2";
import { ECRClient, paginateDescribeRepositories } from "@aws-sdk/client-ecr";
import { IAMClient, paginateListInstanceProfiles, paginateListRoles } from "@aws-sdk/client-iam";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { inRegion } from "../aws.ts";
import { findInCluster } from "./found-in-cluster.ts";
import { pages } from "./pages.ts";

/** A stage's resources in the account: EC2's by their tags, the others by name. */
export type Found = Awaited<ReturnType<typeof findInEc2>> &
  Awaited<ReturnType<typeof findByName>> &
  Awaited<ReturnType<typeof findInCluster>>;

/** Nothing of what only a stage with a cluster may have. */
export const noCluster: Awaited<ReturnType<typeof findInCluster>> = {
  balancers: [],
  targetGroups: [],
  listeners: [],
  nodeGroups: [],
  associations: [],
  keyId: undefined,
  secrets: [],
  firewalls: [],
  arns: [],
};

/** Queries AWS for everything that a stage may have. */
export async function find(stage: string, region: string, hasCluster: boolean): Promise<Found> {
  const [ec2, named, cluster] = await Promise.all([
    findInEc2(stage, new EC2Client(inRegion(region))),
    findByName(region),
    hasCluster ? findInCluster(stage, region) : noCluster,
  ]);
  return { ...ec2, ...named, ...cluster };
}

const alive = ["pending", "running", "stopping", "stopped"];

async function findInEc2(stage: string, ec2: EC2Client) {
  const Filters = Object.entries({ "tag:project": "analyze", "tag:stage": stage }).map(([Name, value]) => {
    return { Name, Values: [value] };
  });
  const isAlive = [...Filters, { Name: "instance-state-name", Values: alive }];
  const [vpcs, subnets, gateways, tables, groups, rules, endpoints, hosts, addresses, keys, nats, logs, made] =
    await Promise.all([
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
      ec2.send(new DescribeNatGatewaysCommand({ Filter: Filters })),
      ec2.send(new DescribeFlowLogsCommand({ Filter: Filters })),
      // Their names are unique.
      pages(paginateDescribeLaunchTemplates({ client: ec2 }, {})),
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
    nats: (nats.NatGateways ?? []).filter(({ State }) => !String(State).startsWith("delet")),
    flowLogs: logs.FlowLogs ?? [],
    templates: made.flatMap(({ LaunchTemplates = [] }) => LaunchTemplates),
  };
}

async function findByName(region: string) {
  const iam = new IAMClient(inRegion(region));
  const [roles, profiles, { Buckets = [] }, repositories] = await Promise.all([
    pages(paginateListRoles({ client: iam }, {})),
    pages(paginateListInstanceProfiles({ client: iam }, {})),
    new S3Client(inRegion(region)).send(new ListBucketsCommand({})),
    pages(paginateDescribeRepositories({ client: new ECRClient(inRegion(region)) }, {})),
  ]);
  return {
    roles: roles.flatMap(({ Roles = [] }) => Roles).map(({ RoleName = "" }) => RoleName),
    profiles: profiles
      .flatMap(({ InstanceProfiles = [] }) => InstanceProfiles)
      .map(({ InstanceProfileName = "" }) => InstanceProfileName),
    buckets: Buckets.map(({ Name = "" }) => Name),
    repositories: repositories
      .flatMap(({ repositories: some = [] }) => some)
      .map(({ repositoryName = "" }) => repositoryName),
  };
}
