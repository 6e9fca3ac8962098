import { describe, expect, it } from "vitest";
import { at, nothing, suffix } from "../../test/support/recoverable.ts";
import { notFound, type Search } from "./finder.ts";
import type { Found } from "./found.ts";
import { networkFinders } from "./network-finders.ts";

/** A search in which the resource refers to these ids, by its attributes. */
function search(found: Partial<Found>, ids: Readonly<Record<string, string>> = {}, referring: string[] = []): Search {
  return {
    ...at,
    found: { ...nothing, ...found },
    idOf: (attribute) => ids[attribute] ?? notFound,
    nameOf: (attribute) => ids[attribute] ?? "",
    referring: () => referring,
  };
}

const find = (type: string, values: Readonly<Record<string, unknown>>, where: Search): string | undefined =>
  networkFinders[type]?.(values, where);

it.each(Object.keys(networkFinders))("finds no %s in an empty account, whatever it refers to", (type) => {
  expect(find(type, { instance: "${aws_instance.a.id}" }, search({}, { vpc_id: "vpc-1" }))).toBeUndefined();
  expect(find(type, {}, search({}))).toBeUndefined();
});

describe("a rule of a security group", () => {
  const egress = { GroupId: "sg-1", IsEgress: true, FromPort: 443 };
  const edge = { ...egress, SecurityGroupRuleId: "sgr-edge", CidrIpv4: "198.51.100.7/32", Description: "the edge" };
  const heartbeat = { ...egress, SecurityGroupRuleId: "sgr-beat", CidrIpv4: "192.0.2.0/24", Description: "heartbeat" };
  const values = { security_group_id: "${aws_security_group.a.id}", from_port: 443, cidr_ipv4: "203.0.113.1/32" };
  const ruleOf = (changes: object, rules: Found["rules"]): string | undefined =>
    find(
      "aws_vpc_security_group_egress_rule",
      { ...values, ...changes },
      search({ rules }, { security_group_id: "sg-1" }),
    );

  it.each([
    ["the edge", "sgr-edge"],
    ["heartbeat", "sgr-beat"],
  ])("is not confused with another one of the same port: %s", (description, id) => {
    expect(ruleOf({ description }, [edge, heartbeat])).toBe(id);
    expect(ruleOf({ description }, [heartbeat, edge])).toBe(id);
  });

  it("is missing where only the other one of the same port was made before an apply was killed", () => {
    expect(ruleOf({ description: "heartbeat" }, [edge])).toBeUndefined();
  });

  it.each([undefined, ""])("without a description, as %j, is found by the rest", (Description) => {
    expect(ruleOf({ description: "the edge" }, [{ ...edge, Description }])).toBe("sgr-edge");
  });

  it.each([
    ["another direction", { IsEgress: false }],
    ["another port", { FromPort: 8443 }],
    ["another group", { GroupId: "sg-2" }],
    ["another kind of end", { CidrIpv4: undefined, PrefixListId: "pl-1" }],
  ])("is not one of %s", (_, change) => {
    expect(ruleOf({ description: "the edge" }, [{ ...edge, ...change }])).toBeUndefined();
  });

  it("in the group that EKS made is recognised by the group at its other end", () => {
    const own = { security_group_id: "${aws_eks_cluster.a.vpc_config[0].cluster_security_group_id}", from_port: 8080 };
    const rules = ["sg-other", "sg-edge"].map((GroupId) => ({
      IsEgress: false,
      FromPort: 8080,
      GroupId: "sg-of-eks",
      Description: "edge to web",
      SecurityGroupRuleId: `from-${GroupId}`,
      ReferencedGroupInfo: { GroupId },
    }));
    expect(
      find(
        "aws_vpc_security_group_ingress_rule",
        { ...own, description: "edge to web", referenced_security_group_id: "${aws_security_group.edge.id}" },
        search({ rules }, { referenced_security_group_id: "sg-edge" }),
      ),
    ).toBe("from-sg-edge");
  });
});

const table = (id: string, ...subnets: string[]) => ({
  RouteTableId: id,
  VpcId: "vpc-1",
  Associations: subnets.map((SubnetId) => ({ SubnetId })),
});

describe("a route table", () => {
  const tables = [
    { RouteTableId: "rtb-main", VpcId: "vpc-1", Associations: [{ Main: true }] },
    table("rtb-1", "subnet-1"),
    table("rtb-empty"),
  ];
  const tableOf = (subnets: string[], found = tables): string | undefined =>
    find("aws_route_table", {}, search({ tables: found }, { vpc_id: "vpc-1" }, subnets));

  it.each([
    ["by its subnet", ["subnet-1"], "rtb-1"],
    ["as the one without subnets, left by a killed apply", ["subnet-2"], "rtb-empty"],
    ["never as AWS's main table", ["subnet-2"], undefined],
  ])("is found %s", (_, subnets, id) => {
    expect(tableOf(subnets, id === undefined ? tables.slice(0, 2) : tables)).toBe(id);
  });

  it("of another network is not taken", () => {
    expect(tableOf(["subnet-1"], [{ ...table("rtb-9", "subnet-1"), VpcId: "vpc-2" }])).toBeUndefined();
  });
});

describe("an address", () => {
  const nats = [{ NatGatewayId: "nat-1", SubnetId: "subnet-1", NatGatewayAddresses: [{ AllocationId: "eip-nat" }] }];
  const addresses = [
    { AllocationId: "eip-nat" },
    { AllocationId: "eip-2" },
    { AllocationId: "eip-3", InstanceId: "i-1" },
  ];
  const host = { instance: "${aws_instance.host.id}" };

  it.each<[what: string, values: object, ids: Record<string, string>, subnets: string[], id: string | undefined]>([
    ["of the host is the one that it has", host, { instance: "i-1" }, [], "eip-3"],
    ["of a host that was not found is none of a gateway", host, {}, [], "eip-2"],
    ["of a gateway is that of its subnet", {}, {}, ["subnet-1"], "eip-nat"],
    ["of a gateway that was not made is none", {}, {}, ["subnet-2"], undefined],
  ])("%s", (_, values, ids, subnets, id) => {
    expect(find("aws_eip", { ...values }, search({ nats, addresses }, ids, subnets))).toBe(id);
  });

  it("of a gateway that AWS is still making is none: it has no address yet", () => {
    expect(find("aws_eip", {}, search({ nats: [{ SubnetId: "subnet-1" }] }, {}, ["subnet-1"]))).toBeUndefined();
  });
});

it.each([
  ["aws_iam_role", "name_prefix", "roles"],
  ["aws_iam_instance_profile", "name_prefix", "profiles"],
  ["aws_s3_bucket", "bucket_prefix", "buckets"],
] as const)("takes only names of %s that Terraform made, in this stage", (type, attribute, list) => {
  const names = ["analyze-dev-admin", `analyze-dev-2-${suffix}`, "analyze-dev-", `analyze-dev-${suffix}`];
  const values = { [attribute]: "analyze-dev-" };
  expect(find(type, values, search({ [list]: names }))).toBe(`analyze-dev-${suffix}`);
  expect(find(type, values, search({ [list]: names.slice(0, 3) }))).toBeUndefined();
});

it("takes the client's host, and no node of a cluster that has the same tags", () => {
  const node = { InstanceId: "i-node", Tags: [{ Key: "role", Value: "node" }] };
  const client = { InstanceId: "i-client", Tags: [{ Key: "role", Value: "client" }] };
  expect(find("aws_instance", {}, search({ instances: [{ InstanceId: "i-bare" }, node, client] }))).toBe("i-client");
  expect(find("aws_instance", {}, search({ instances: [{ InstanceId: "i-bare" }, node] }))).toBeUndefined();
});
