import { describe, expect, it } from "vitest";
import { alone, type Resources, statementsOf } from "../../test/support/alone.ts";
import { cidrOf } from "../recovery/finder.ts";
import { parseCidr } from "../settings/cidr.ts";
import { ClusterNetwork } from "./cluster-network.ts";

const keyArn = "arn:aws:kms:eu-west-3:123456789012:key/1";

function network(zones = 3): Resources {
  return alone(
    (scope) =>
      new ClusterNetwork(scope, "network", {
        name: "analyze-test",
        region: "eu-west-3",
        cidr: "10.9.0.0/16",
        zones: ["eu-west-3a", "eu-west-3b", "eu-west-3c", "eu-west-3d", "eu-west-3e"].slice(0, zones),
        egress: "nat",
        keyArn,
        logDays: 30,
        accountId: "123456789012",
      }),
  );
}

/** First and last address of a CIDR, as numbers. */
function rangeOf(cidr: string): [first: number, last: number] {
  const [address = "", bits] = cidr.split("/");
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

describe("the cluster's network", () => {
  it.each([2, 3, 5])("with %i zones has subnets that lie in it and do not overlap", (zones) => {
    const cidrs = network(zones)("aws_subnet").map(({ cidr_block: block }) => cidrOf(block));
    expect(cidrs).toHaveLength(2 * zones);
    expect(cidrs.map((cidr) => parseCidr(cidr))).not.toContain(null);
    const ranges = cidrs.map(rangeOf).sort(([one], [other]) => one - other);
    const [low, high] = rangeOf("10.9.0.0/16");
    expect(ranges.every(([first, last]) => first >= low && last <= high)).toBe(true);
    expect(ranges.filter(([first], index) => index > 0 && first <= (ranges[index - 1]?.[1] ?? 0))).toEqual([]);
  });

  it("has a public and a private subnet in each zone, and keeps them when AWS adds a zone", () => {
    const subnets = network()("aws_subnet");
    const zones = subnets.map(({ availability_zone: zone }) => String(zone));
    expect(zones.sort()).toEqual(["a", "a", "b", "b", "c", "c"].map((letter) => `eu-west-3${letter}`));
    for (const { lifecycle } of subnets) expect(lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
  });

  it("gives no instance a public address, and leads no private subnet to the internet gateway", () => {
    const of = network();
    for (const subnet of of("aws_subnet")) expect(subnet).not.toHaveProperty("map_public_ip_on_launch");
    const open = of("aws_route").filter(({ gateway_id: gateway }) => gateway !== undefined);
    expect(open).toHaveLength(1);
    const subnets = of("aws_route_table_association")
      .filter(({ route_table_id: table }) => table === open[0]?.["route_table_id"])
      .map(({ subnet_id: subnet }) => String(subnet));
    expect(subnets).toHaveLength(3);
    expect(subnets.filter((subnet) => !subnet.includes("network_public-"))).toEqual([]);
  });

  it("closes the default security group, which a forgotten setting would use", () => {
    const [group] = network()("aws_default_security_group");
    expect(group).toBeDefined();
    expect(group).not.toHaveProperty("ingress");
    expect(group).not.toHaveProperty("egress");
  });

  it("logs every flow, encrypted, for the given days, by a role that writes this log only", () => {
    const of = network();
    expect(of("aws_flow_log")).toMatchObject([{ traffic_type: "ALL" }]);
    expect(of("aws_cloudwatch_log_group")).toMatchObject([{ kms_key_id: keyArn, retention_in_days: 30 }]);
    const [rights] = of("aws_iam_role_policy").map(({ policy }) => statementsOf(policy));
    expect(rights?.flatMap(({ Resource = [] }) => Resource)).toEqual([
      expect.stringMatching(/^\$\{aws_cloudwatch_log_group\.network_flows_\w+\.arn\}:\*$/),
    ]);
    expect(
      rights?.flatMap(({ Action }) => Action).filter((action) => !/^logs:(Create|Put|Describe)Log/.test(action)),
    ).toEqual([]);
  });
});
