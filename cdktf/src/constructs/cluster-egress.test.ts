import { describe, expect, it } from "vitest";
import { alone, type Resources } from "../../test/support/alone.ts";
import { ClusterEgress, type ClusterEgressProps } from "./cluster-egress.ts";

const kinds = ["nat", "nat-per-zone", "endpoints"] as const;

function egress(kind: ClusterEgressProps["kind"], zones = 3): Resources {
  const subnets = (what: string): string[] => Array.from({ length: zones }, (_, index) => `subnet-${what}-${index}`);
  const props = {
    name: "analyze-test",
    region: "eu-west-3",
    vpcId: "vpc-1",
    vpcCidr: "10.9.0.0/16",
    publicSubnetIds: subnets("public"),
    privateSubnetIds: subnets("private"),
  };
  return alone((scope) => new ClusterEgress(scope, "egress", { ...props, kind }));
}

/** The public subnet of the NAT gateway that each private subnet uses; undefined: it has no way out. */
function waysOut(of: Resources): [from: unknown, by: unknown][] {
  const gateways = of("aws_nat_gateway");
  return of("aws_route_table_association").map(({ subnet_id: from, route_table_id: table }) => {
    const routes = of("aws_route").filter(({ route_table_id: one }) => one === table);
    expect(routes.length).toBeLessThan(2);
    const index = /nat-(\d+)_/.exec(String(routes[0]?.["nat_gateway_id"]))?.[1];
    return [from, index === undefined ? undefined : gateways[Number(index)]?.["subnet_id"]];
  });
}

describe("the way of private subnets to AWS", () => {
  it.each([
    ["nat", ["subnet-public-0", "subnet-public-0", "subnet-public-0"]],
    ["nat-per-zone", ["subnet-public-0", "subnet-public-1", "subnet-public-2"]],
    ["endpoints", [undefined, undefined, undefined]],
  ] as const)("%s leads out by the gateways in %j", (kind, gateways) => {
    expect(waysOut(egress(kind))).toEqual(gateways.map((by, index) => [`subnet-private-${index}`, by]));
    expect(egress(kind)("aws_nat_gateway")).toHaveLength(new Set(gateways.filter(Boolean)).size);
    expect(egress(kind)("aws_eip")).toHaveLength(new Set(gateways.filter(Boolean)).size);
  });

  it.each(kinds)("%s reaches S3 without a gateway, from every private subnet", (kind) => {
    const of = egress(kind);
    const s3 = of("aws_vpc_endpoint").find(({ service_name: name }) => name === "com.amazonaws.eu-west-3.s3");
    expect(s3?.["route_table_ids"]).toEqual(
      of("aws_route_table_association").map(({ route_table_id: table }) => table),
    );
  });

  it("endpoints are in every private subnet, under the names that programs use", () => {
    const interfaces = egress("endpoints")("aws_vpc_endpoint").filter(
      ({ vpc_endpoint_type: type }) => type === "Interface",
    );
    expect(interfaces.length).toBeGreaterThan(0);
    for (const one of interfaces) {
      expect(one).toMatchObject({
        private_dns_enabled: true,
        subnet_ids: ["subnet-private-0", "subnet-private-1", "subnet-private-2"],
        service_name: expect.stringMatching(/^com\.amazonaws\.eu-west-3\./),
      });
    }
  });

  it("endpoints accept HTTPS from their network only", () => {
    expect(egress("endpoints")("aws_vpc_security_group_ingress_rule")).toMatchObject([
      { from_port: 443, to_port: 443, ip_protocol: "tcp", cidr_ipv4: "10.9.0.0/16" },
    ]);
    for (const kind of ["nat", "nat-per-zone"] as const) expect(egress(kind)("aws_security_group")).toEqual([]);
  });
});
