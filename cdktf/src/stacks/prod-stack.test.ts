import { expect, it } from "vitest";
import { all, synthesise } from "../../test/support/synthesised.ts";

const stack = synthesise("prod");

it("opens 443 and 80 to the world, the second only to send callers to the first", () => {
  const open = all(stack, "aws_vpc_security_group_ingress_rule").filter((rule) => rule["cidr_ipv4"] === "0.0.0.0/0");
  expect(open.map((rule) => rule["from_port"])).toEqual([443, 80]);
  const [http, https] = all(stack, "aws_alb_listener");
  expect(https).toMatchObject({ port: 443, ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06" });
  expect(http).toMatchObject({ default_action: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] });
});

it("lets nothing but the edge reach pods: the groups name each other", () => {
  const rules = all(stack, "aws_vpc_security_group_ingress_rule").filter(
    (rule) => "referenced_security_group_id" in rule,
  );
  expect(rules).toMatchObject([
    { from_port: 8080, to_port: 8080, referenced_security_group_id: expect.stringContaining("edge_group") },
  ]);
});

it("keeps the API server inside the network, its secrets under our key and its rights in access entries", () => {
  expect(all(stack, "aws_eks_cluster")).toMatchObject([
    {
      vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
      access_config: { authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: false },
      encryption_config: { resources: ["secrets"] },
    },
  ]);
  expect(all(stack, "aws_eks_access_policy_association").map((entry) => entry["access_scope"])).toEqual([
    { type: "cluster" },
    { type: "namespace", namespaces: ["analyze"] },
  ]);
});

it("lets a text of 1 MiB through the firewall, which by itself refuses bodies above 8 KiB", () => {
  expect(JSON.stringify(all(stack, "aws_wafv2_web_acl"))).toContain(
    '"rule_action_override":[{"action_to_use":{"count":{}},"name":"SizeRestrictions_BODY"}]',
  );
});

it("calls someone when the client has written nothing for three minutes, data or no data", () => {
  const silent = all(stack, "aws_cloudwatch_metric_alarm").find(
    (alarm) => alarm["alarm_name"] === "analyze-prod-client-silent",
  );
  expect(silent).toMatchObject({ period: 60, evaluation_periods: 3, threshold: 1, treat_missing_data: "breaching" });
});

it("rotates the secret every 90 days and keeps its value out of Terraform", () => {
  expect(all(stack, "aws_secretsmanager_secret_rotation")).toMatchObject([
    { rotation_rules: { automatically_after_days: 90 } },
  ]);
  expect(all(stack, "aws_secretsmanager_secret_version")).toEqual([]);
});
