import { Testing } from "cdktf";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { config, production, release, rotation } from "../../test/support/fixture.ts";
import { ProdStack } from "./prod-stack.ts";

const shape = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
});

let json: string;
beforeAll(async () => {
  const settings = config(production);
  if (settings.production === null) throw new Error("stage prod has no settings of its own");
  const builds = { release: await release(), rotation };
  json = Testing.synth(new ProdStack(Testing.app(), "prod", settings, settings.production, builds));
});

function all(type: string): Record<string, unknown>[] {
  return Object.values(shape.parse(JSON.parse(json)).resource[type] ?? {});
}

it("has these resources and no other", () => {
  const counts = Object.entries(shape.parse(JSON.parse(json)).resource).map(
    ([type, resources]) => `${type} ${Object.keys(resources).length}`,
  );
  expect(counts).toMatchInlineSnapshot(`
    [
      "aws_acm_certificate 1",
      "aws_acm_certificate_validation 1",
      "aws_alb 1",
      "aws_alb_listener 2",
      "aws_alb_target_group 1",
      "aws_budgets_budget 1",
      "aws_cloudwatch_log_group 5",
      "aws_cloudwatch_log_metric_filter 2",
      "aws_cloudwatch_metric_alarm 6",
      "aws_default_security_group 2",
      "aws_ecr_lifecycle_policy 3",
      "aws_ecr_repository 3",
      "aws_eip 2",
      "aws_eks_access_entry 2",
      "aws_eks_access_policy_association 2",
      "aws_eks_addon 4",
      "aws_eks_cluster 1",
      "aws_eks_node_group 1",
      "aws_eks_pod_identity_association 2",
      "aws_flow_log 1",
      "aws_iam_instance_profile 1",
      "aws_iam_role 7",
      "aws_iam_role_policy 5",
      "aws_iam_role_policy_attachment 4",
      "aws_inspector2_enabler 1",
      "aws_instance 1",
      "aws_internet_gateway 2",
      "aws_key_pair 1",
      "aws_kms_alias 1",
      "aws_kms_key 1",
      "aws_lambda_function 1",
      "aws_lambda_permission 1",
      "aws_launch_template 1",
      "aws_nat_gateway 1",
      "aws_route 4",
      "aws_route53_record 2",
      "aws_route_table 4",
      "aws_route_table_association 5",
      "aws_s3_bucket 1",
      "aws_s3_bucket_policy 1",
      "aws_s3_bucket_public_access_block 1",
      "aws_s3_bucket_server_side_encryption_configuration 1",
      "aws_s3_bucket_versioning 1",
      "aws_s3_object 2",
      "aws_secretsmanager_secret 1",
      "aws_secretsmanager_secret_rotation 1",
      "aws_security_group 2",
      "aws_sns_topic 1",
      "aws_sns_topic_subscription 1",
      "aws_subnet 5",
      "aws_vpc 2",
      "aws_vpc_endpoint 2",
      "aws_vpc_security_group_egress_rule 3",
      "aws_vpc_security_group_ingress_rule 4",
      "aws_wafv2_web_acl 1",
      "aws_wafv2_web_acl_association 1",
      "aws_wafv2_web_acl_logging_configuration 1",
    ]
  `);
});

it("opens 443 and 80 to the world, the second only to send callers to the first", () => {
  const open = all("aws_vpc_security_group_ingress_rule").filter((rule) => rule["cidr_ipv4"] === "0.0.0.0/0");
  expect(open.map((rule) => rule["from_port"])).toEqual([443, 80]);
  const [http, https] = all("aws_alb_listener");
  expect(https).toMatchObject({ port: 443, ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06" });
  expect(http).toMatchObject({ default_action: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] });
});

it("lets nothing but the edge reach pods: the groups name each other", () => {
  const rules = all("aws_vpc_security_group_ingress_rule").filter((rule) => "referenced_security_group_id" in rule);
  expect(rules).toMatchObject([
    { from_port: 8080, to_port: 8080, referenced_security_group_id: expect.stringContaining("edge_group") },
  ]);
});

it("keeps the API server inside the network, its secrets under our key and its rights in access entries", () => {
  expect(all("aws_eks_cluster")).toMatchObject([
    {
      vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
      access_config: { authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: false },
      encryption_config: { resources: ["secrets"] },
    },
  ]);
  expect(all("aws_eks_access_policy_association").map((entry) => entry["access_scope"])).toEqual([
    { type: "cluster" },
    { type: "namespace", namespaces: ["analyze"] },
  ]);
});

it("lets a text of 1 MiB through the firewall, which by itself refuses bodies above 8 KiB", () => {
  expect(JSON.stringify(all("aws_wafv2_web_acl"))).toContain(
    '"rule_action_override":[{"action_to_use":{"count":{}},"name":"SizeRestrictions_BODY"}]',
  );
});

it("calls someone when the client has written nothing for three minutes, data or no data", () => {
  const silent = all("aws_cloudwatch_metric_alarm").find(
    (alarm) => alarm["alarm_name"] === "analyze-prod-client-silent",
  );
  expect(silent).toMatchObject({ period: 60, evaluation_periods: 3, threshold: 1, treat_missing_data: "breaching" });
});

it("rotates the secret every 90 days and keeps its value out of Terraform", () => {
  expect(all("aws_secretsmanager_secret_rotation")).toMatchObject([
    { rotation_rules: { automatically_after_days: 90 } },
  ]);
  expect(all("aws_secretsmanager_secret_version")).toEqual([]);
});
