import { expect, it } from "vitest";
import { alone } from "../../test/support/alone.ts";
import { HostFirewall, type HostFirewallProps } from "./host-firewall.ts";

const closed = {
  name: "analyze-test",
  vpcId: "vpc-1",
  s3PrefixListId: "pl-s3",
  sshCidr: null,
  target: null,
  heartbeatCidr: null,
} satisfies HostFirewallProps;

/** The connections that a host's firewall permits: `in tcp 22 203.0.113.7/32`. */
function permitted(changes: Partial<HostFirewallProps>): string[] {
  const of = alone((scope) => new HostFirewall(scope, "firewall", { ...closed, ...changes }));
  expect(of("aws_security_group")).toMatchObject([{ vpc_id: "vpc-1" }]);
  expect(of("aws_security_group")[0]).not.toHaveProperty("egress");
  return ["ingress", "egress"].flatMap((direction) =>
    of(`aws_vpc_security_group_${direction}_rule`).map((rule) => {
      expect(rule["from_port"]).toBe(rule["to_port"]);
      const end = rule["cidr_ipv4"] ?? rule["prefix_list_id"];
      return [direction === "ingress" ? "in" : "out", rule["ip_protocol"], rule["to_port"], end].join(" ");
    }),
  );
}

const s3 = "out tcp 443 pl-s3";

it.each<[what: string, changes: Partial<HostFirewallProps>, rules: string[]]>([
  ["nothing in, and only S3 out", {}, [s3]],
  ["SSH from one network", { sshCidr: "203.0.113.7/32" }, ["in tcp 22 203.0.113.7/32", s3]],
  ["the edge at its port", { target: { cidr: "198.51.100.7/32", port: 8443 } }, [s3, "out tcp 8443 198.51.100.7/32"]],
  ["the heartbeat by HTTPS", { heartbeatCidr: "192.0.2.0/24" }, [s3, "out tcp 443 192.0.2.0/24"]],
  [
    "the edge and the heartbeat at the same port",
    { target: { cidr: "198.51.100.7/32", port: 443 }, heartbeatCidr: "192.0.2.0/24" },
    [s3, "out tcp 443 198.51.100.7/32", "out tcp 443 192.0.2.0/24"],
  ],
])("permits %s", (_, changes, rules) => {
  expect(permitted(changes).sort()).toEqual([...rules].sort());
});

it("describes each rule differently: a recovery distinguishes two rules of a port by it", () => {
  const all = { target: { cidr: "198.51.100.7/32", port: 443 }, heartbeatCidr: "192.0.2.0/24" };
  const of = alone((scope) => new HostFirewall(scope, "firewall", { ...closed, ...all }));
  const descriptions = of("aws_vpc_security_group_egress_rule").map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(3);
});
