import { describe, expect, it } from "vitest";
import { alone, type Resources } from "../../test/support/alone.ts";
import { EdgeBalancer } from "./edge-balancer.ts";

const props = {
  name: "analyze-test",
  domain: "analyze.example.org",
  zoneId: "Z1",
  certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  podGroupId: "sg-pods",
  protect: true,
};
const edge = (changes: Partial<typeof props> = {}): Resources =>
  alone((scope) => new EdgeBalancer(scope, "edge", { ...props, ...changes }));
const resources = edge();

/** Security group, first and last port, and other end of each rule. */
function rules(direction: "ingress" | "egress"): unknown[] {
  return resources(`aws_vpc_security_group_${direction}_rule`).map((rule) => [
    String(rule["security_group_id"]).startsWith("${") ? "edge" : rule["security_group_id"],
    `${String(rule["from_port"])}-${String(rule["to_port"])}`,
    rule["cidr_ipv4"] ?? rule["referenced_security_group_id"],
  ]);
}

describe("the edge's load balancer", () => {
  it("is open to everybody on 443 and 80 alone, and is the only one that reaches pods", () => {
    expect(rules("ingress")).toEqual([
      ["edge", "443-443", "0.0.0.0/0"],
      ["edge", "80-80", "0.0.0.0/0"],
      ["sg-pods", "8080-8080", expect.stringMatching(/^\$\{aws_security_group\.edge_group_/)],
    ]);
  });

  it("calls nothing but pods", () => {
    expect(rules("egress")).toEqual([["edge", "8080-8080", "sg-pods"]]);
  });

  it("forwards only TLS, and redirects everything else", () => {
    const forwards = resources("aws_alb_listener").filter(({ default_action: actions }) =>
      JSON.stringify(actions).includes('"forward"'),
    );
    expect(forwards).toMatchObject([{ protocol: "HTTPS", port: 443, certificate_arn: props.certificateArn }]);
    expect(resources("aws_alb_listener").filter((one) => !forwards.includes(one))).toMatchObject([
      { port: 80, default_action: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443" } }] },
    ]);
  });

  it("takes TLS 1.2 and newer", () => {
    const [policy] = resources("aws_alb_listener").flatMap(({ ssl_policy: one }) => (one === undefined ? [] : [one]));
    expect(policy).toMatch(/^ELBSecurityPolicy-TLS13-1-[23]-/);
  });

  it("rejects what web and the balancer could read differently", () => {
    expect(resources("aws_alb")).toMatchObject([
      { drop_invalid_header_fields: true, desync_mitigation_mode: "strictest" },
    ]);
  });

  it("closes an idle connection before web does, in 65 s", () => {
    expect(Number(resources("aws_alb")[0]?.["idle_timeout"])).toBeLessThan(65);
  });

  it.each([true, false])("has deletion protection by its setting: %s", (protect) => {
    expect(edge({ protect })("aws_alb")).toMatchObject([{ enable_deletion_protection: protect }]);
  });

  it("sends requests only to pods that are ready, and has the name of the domain", () => {
    expect(resources("aws_alb_target_group")).toMatchObject([
      { target_type: "ip", port: 8080, health_check: { path: "/readyz", matcher: "200" } },
    ]);
    expect(resources("aws_route53_record")).toMatchObject([
      { name: props.domain, zone_id: "Z1", alias: { evaluate_target_health: true } },
    ]);
  });
});
