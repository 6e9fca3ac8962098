import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { documentedSecret } from "../../test/support/documented.ts";
import { config, production } from "../../test/support/fixture.ts";
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

it("has the secret, the region, the namespace and the operator's right that the manifest in docs/aws.md names", () => {
  const [store, secret] = documentedSecret().objects;
  expect(all(stack, "aws_secretsmanager_secret")).toMatchObject([{ name: secret.spec.data[0].remoteRef.key }]);
  expect(store.spec.provider.aws).toEqual({ service: "SecretsManager", region: config(production).region });
  expect(secret.spec.secretStoreRef.name).toBe(store.metadata.name);
  expect([store.metadata.namespace, secret.metadata.namespace]).toEqual(["analyze", "analyze"]);
  expect(all(stack, "aws_eks_pod_identity_association")).toContainEqual(
    expect.objectContaining({ namespace: "external-secrets", service_account: "external-secrets" }),
  );
  const rights = all(stack, "aws_iam_role_policy").map(({ policy }) => String(policy));
  expect(rights.filter((policy) => policy.includes("ReadTheSecret"))).toEqual([
    expect.stringMatching(/GetSecretValue[^]*aws_secretsmanager_secret\.secret_\w+\.arn/),
  ]);
});

it("gives the deployer's role a group, since EKS's edit policy knows no TargetGroupBinding", () => {
  expect(all(stack, "aws_eks_access_entry").map((entry) => entry["kubernetes_groups"])).toEqual([
    [],
    ["analyze-deployers"],
  ]);
});

it("enforces NetworkPolicies", () => {
  expect(all(stack, "aws_eks_addon")).toContainEqual(
    expect.objectContaining({ addon_name: "vpc-cni", configuration_values: '{"enableNetworkPolicy":"true"}' }),
  );
});

it("lets a request under way end before a target is gone, and a pod live longer than both", () => {
  const text = readFileSync(new URL("../../../ingress/values.prod.yaml", import.meta.url), "utf8");
  const { termination } = z
    .object({ termination: z.object({ preStopSeconds: z.int(), graceSeconds: z.int() }) })
    .parse(parse(text));
  const [group] = all(stack, "aws_alb_target_group");
  const delay = Number(group?.["deregistration_delay"]);
  const [longestRequest, shutdownLimit] = [9 + 2, 25];
  expect(delay).toBeGreaterThan(longestRequest);
  expect(termination.graceSeconds).toBeGreaterThan(delay);
  expect(termination.graceSeconds).toBeGreaterThan(termination.preStopSeconds + shutdownLimit);
});
