import { expect, it } from "vitest";
import { at, nothing, resourcesOf, suffix } from "../../test/support/recoverable.ts";
import type { Found } from "./found.ts";
import { importIds, unknownTypes } from "./import-ids.ts";

const network: Found = {
  ...nothing,
  vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.73.0.0/24" }],
  subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-1", CidrBlock: "10.73.0.0/24" }],
  tables: [
    {
      RouteTableId: "rtb-1",
      VpcId: "vpc-1",
      Routes: [{ DestinationCidrBlock: "10.73.0.0/24" }, { DestinationCidrBlock: "0.0.0.0/0" }],
      Associations: [{ Main: false, SubnetId: "subnet-1" }],
    },
  ],
  groups: [
    { GroupId: "sg-0", VpcId: "vpc-1", GroupName: "default" },
    { GroupId: "sg-1", VpcId: "vpc-1", GroupName: `analyze-dev-${suffix}` },
  ],
  rules: [
    {
      SecurityGroupRuleId: "sgr-1",
      GroupId: "sg-1",
      IsEgress: true,
      FromPort: 443,
      PrefixListId: "pl-1",
      Description: "packages and releases, from S3",
    },
    // Another home address than that of the settings: the plan shows it.
    {
      SecurityGroupRuleId: "sgr-2",
      GroupId: "sg-1",
      IsEgress: false,
      FromPort: 22,
      CidrIpv4: "198.51.100.9/32",
      Description: "SSH",
    },
  ],
};

/** `type: id` of all that is found, without the names of the constructs. */
function found(there: Found, resources = resourcesOf("dev")): string[] {
  return [...importIds(resources, there, at)].map(([address, id]) => `${address.split(".")[0]}: ${id}`).sort();
}

it("follows references from the network to what is in it", () => {
  expect(found(network)).toEqual([
    "aws_default_security_group: sg-0",
    "aws_route: rtb-1_0.0.0.0/0",
    "aws_route_table: rtb-1",
    "aws_route_table_association: subnet-1/rtb-1",
    "aws_security_group: sg-1",
    "aws_subnet: subnet-1",
    "aws_vpc: vpc-1",
    "aws_vpc_security_group_egress_rule: sgr-1",
    "aws_vpc_security_group_ingress_rule: sgr-2",
  ]);
});

it("finds nothing in an empty account, and nothing in a network of others", () => {
  expect(found(nothing)).toEqual([]);
  expect(found({ ...network, vpcs: [{ VpcId: "vpc-2", CidrBlock: "10.80.0.0/24" }] })).toEqual([]);
});

it("finds names that Terraform made from a prefix, and none with a longer prefix", () => {
  const names = [`analyze-dev-2-${suffix}`, "analyze-dev-admin", `analyze-dev-${suffix}`];
  expect(found({ ...nothing, roles: names, profiles: names })).toEqual([
    `aws_iam_instance_profile: analyze-dev-${suffix}`,
    `aws_iam_role: analyze-dev-${suffix}`,
  ]);
  const buckets = [`analyze-dev-2-releases-${suffix}`, `analyze-dev-releases-${suffix}`];
  expect(found({ ...nothing, buckets })).toEqual([`aws_s3_bucket: analyze-dev-releases-${suffix}`]);
});

it("distinguishes rules of one group by direction, port and the kind of the other end", () => {
  const ssm = resourcesOf("dev", { ANALYZE_ACCESS: "ssm" });
  const group = { GroupId: "sg-2", VpcId: "vpc-1", GroupName: `analyze-dev-sessions-${suffix}` };
  const toGroup = {
    GroupId: "sg-1",
    IsEgress: true,
    FromPort: 443,
    ReferencedGroupInfo: { GroupId: "sg-2" },
    Description: "host to Session Manager",
  };
  const there = {
    ...network,
    groups: [group, ...network.groups],
    rules: [{ SecurityGroupRuleId: "sgr-3", ...toGroup }, ...network.rules],
  };
  expect(found(there, ssm).filter((line) => line.includes("egress_rule"))).toEqual([
    "aws_vpc_security_group_egress_rule: sgr-1",
    "aws_vpc_security_group_egress_rule: sgr-3",
  ]);
});

it.each([
  ["dev", {}],
  ["dev", { ANALYZE_ACCESS: "ssm" }],
  ["prod", {}],
  ["prod", { ANALYZE_INSPECTOR: "true", ANALYZE_API_CIDR: "203.0.113.7/32" }],
  ["prod", { ANALYZE_CLUSTER_EGRESS: "endpoints" }],
  [
    "prod",
    { ANALYZE_CLUSTER_EGRESS: "nat-per-zone", ANALYZE_CLUSTER_OPERATOR_ROLE: "arn:aws:iam::123456789012:role/o" },
  ],
])("can find or overwrite every resource of stage %s with %j", (stage, changes) => {
  expect(unknownTypes(resourcesOf(stage, changes))).toEqual([]);
});
