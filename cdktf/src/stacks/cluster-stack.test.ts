import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { documentedSecret } from "../../test/support/documented.ts";
import { config, production, withStores } from "../../test/support/fixture.ts";
import { all, synthesise } from "../../test/support/synthesised.ts";
import { stages } from "../stages.ts";

const trustShape = z.object({
  Statement: z.array(z.object({ Principal: z.object({ Service: z.string() }), Condition: z.unknown().optional() })),
});

const stack = synthesise("prod");
const stored = synthesise("prod", {}, undefined, withStores);

it("opens 443 and 80 to everyone, 80 only as a redirect to 443", () => {
  const open = all(stack, "aws_vpc_security_group_ingress_rule").filter((rule) => rule["cidr_ipv4"] === "0.0.0.0/0");
  expect(open.map((rule) => rule["from_port"])).toEqual([443, 80]);
  const [http, https] = all(stack, "aws_alb_listener");
  expect(https).toMatchObject({ port: 443, ssl_policy: "ELBSecurityPolicy-TLS13-1-2-2021-06" });
  expect(http).toMatchObject({ default_action: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] });
});

it("lets only the edge reach pods: the security groups refer to each other", () => {
  const rules = all(stack, "aws_vpc_security_group_ingress_rule").filter(
    (rule) => "referenced_security_group_id" in rule,
  );
  expect(rules).toMatchObject([
    { from_port: 8080, to_port: 8080, referenced_security_group_id: expect.stringContaining("edge_group") },
  ]);
});

it("has a private API server, secrets encrypted by our key, and rights in access entries", () => {
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

function alarm(id: string, of = stack): Record<string, unknown> {
  const found = all(of, "aws_cloudwatch_metric_alarm").find((one) => one["alarm_name"] === `analyze-prod-${id}`);
  if (found === undefined) throw new Error(`no alarm ${id}`);
  return found;
}

it("watches slots as far apart as the schedule has them", () => {
  const due = synthesise("prod", { ANALYZE_SCHEDULE: "0,1 * * * *" });
  expect([alarm("client-silent"), alarm("client-silent", due)].map(({ period }) => period)).toEqual([60, 3540]);
});

it("rejects a schedule that no alarm can watch", () => {
  expect(() => synthesise("prod", { ANALYZE_SCHEDULE: "0 9 * * 1" })).toThrow(/more than a day between two slots/);
});

it("has an output that says whether anybody gets the alarms", () => {
  expect(stack.output["alarm-mail"]?.value).toMatch(
    /\$\{\(?aws_sns_topic_subscription\.\w+\.pending_confirmation \? "NOT CONFIRMED.*ops@example\.org/,
  );
});

it.each([
  [{}, []],
  [{ ANALYZE_EGRESS_CIDR: "198.51.100.0/24" }, ["logs"]],
  [{ ANALYZE_ADDRESS: "198.51.100.7" }, ["logs"]],
])("lets the host send its log whatever else it may call: %j", (settings, services) => {
  const endpoints = all(synthesise("prod", settings), "aws_vpc_endpoint").filter(
    (endpoint) => endpoint["vpc_endpoint_type"] === "Interface",
  );
  expect(endpoints.map(({ service_name }) => String(service_name).split(".").at(-1))).toEqual(services);
});

it("counts resources with the stage's tag in the budget", () => {
  expect(all(stack, "aws_budgets_budget")).toMatchObject([
    { cost_filter: [{ name: "TagKeyValue", values: ["user:stage$prod"] }] },
  ]);
});

it("runs a version of Kubernetes with its add-ons, and leaves it before extended support", () => {
  const version = stages.prod.cluster.kubernetesVersion;
  expect(all(stack, "aws_eks_cluster")).toMatchObject([{ version, upgrade_policy: { support_type: "STANDARD" } }]);
  const found = Object.entries(stack.data["aws_eks_addon_version"] ?? {});
  const versions = found.map(([name, { addon_name, kubernetes_version }]) => {
    expect(kubernetes_version).toBe(version);
    return [addon_name, `\${data.aws_eks_addon_version.${name}.version}`];
  });
  const addons = all(stack, "aws_eks_addon").map(({ addon_name, addon_version, resolve_conflicts_on_update }) => {
    expect(resolve_conflicts_on_update).toBe("OVERWRITE");
    return [addon_name, addon_version];
  });
  expect(new Map(addons.map(([name, one]) => [name, one]))).toEqual(
    new Map(versions.map(([name, one]) => [name, one])),
  );
});

it("opens the API server only to the named callers", () => {
  const open = synthesise("prod", { ANALYZE_API_CIDR: "203.0.113.7/32,198.51.100.0/24" });
  expect(all(open, "aws_eks_cluster")).toMatchObject([
    {
      vpc_config: {
        endpoint_private_access: true,
        endpoint_public_access: true,
        public_access_cidrs: ["203.0.113.7/32", "198.51.100.0/24"],
      },
    },
  ]);
});

it("lets a service assume a role only for this account, if the service names the account", () => {
  for (const { assume_role_policy } of all(stored, "aws_iam_role")) {
    const { Statement } = trustShape.parse(JSON.parse(String(assume_role_policy)));
    for (const { Principal, Condition } of Statement) {
      const account = expect.stringMatching(/^\$\{data\.aws_caller_identity\.\w+\.account_id\}$/);
      const bound = { StringEquals: { "aws:SourceAccount": account } };
      expect([Principal.Service, Condition]).toEqual([
        Principal.Service,
        Principal.Service === "ec2.amazonaws.com" ? undefined : bound,
      ]);
    }
  }
});

it("changes no account-wide settings, unless requested", () => {
  expect(all(stack, "aws_inspector2_enabler")).toEqual([]);
  expect(all(synthesise("prod", { ANALYZE_INSPECTOR: "true" }), "aws_inspector2_enabler")).toHaveLength(1);
  expect(all(stored, "aws_lambda_function")).toMatchObject([{ runtime: "nodejs22.x" }]);
  expect(all(stored, "aws_lambda_function")[0]).not.toHaveProperty("reserved_concurrent_executions");
});

it("creates a secret only if a store is on, frees its name on destroy, and sends an alarm if its rotation fails", () => {
  for (const type of ["aws_secretsmanager_secret", "aws_lambda_function"]) expect(all(stack, type)).toEqual([]);
  expect(JSON.stringify(stack.resource)).not.toContain("external-secrets");
  expect(all(stored, "aws_secretsmanager_secret")).toMatchObject([{ recovery_window_in_days: 0 }]);
  expect(alarm("rotation", stored)).toMatchObject({
    namespace: "AWS/Lambda",
    metric_name: "Errors",
    threshold: 1,
    dimensions: { FunctionName: expect.stringMatching(/aws_lambda_function\.secret_/) },
  });
});

it("rotates the secret every 90 days and keeps its value out of Terraform", () => {
  expect(all(stored, "aws_secretsmanager_secret_rotation")).toMatchObject([
    { rotation_rules: { automatically_after_days: 90 } },
  ]);
  expect(all(stored, "aws_secretsmanager_secret_version")).toEqual([]);
});

it("has the secret, region, namespace and operator's right of the manifest docs/external-secrets.yaml", () => {
  const [store, secret] = documentedSecret().objects;
  expect(all(stored, "aws_secretsmanager_secret")).toMatchObject([{ name: secret.spec.data[0].remoteRef.key }]);
  expect(store.spec.provider.aws).toEqual({ service: "SecretsManager", region: config(production).region });
  expect(secret.spec.secretStoreRef.name).toBe(store.metadata.name);
  expect([store.metadata.namespace, secret.metadata.namespace]).toEqual(["analyze", "analyze"]);
  expect(all(stored, "aws_eks_pod_identity_association")).toContainEqual(
    expect.objectContaining({ namespace: "external-secrets", service_account: "external-secrets" }),
  );
  const rights = all(stored, "aws_iam_role_policy").map(({ policy }) => String(policy));
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

it("gives the operator's role a group and no policy of EKS: its rights are in the namespace's Role", () => {
  const arn = "arn:aws:iam::123456789012:role/operator";
  const operated = synthesise("prod", { ANALYZE_CLUSTER_OPERATOR_ROLE: arn });
  expect(all(operated, "aws_eks_access_entry")).toContainEqual(
    expect.objectContaining({ principal_arn: arn, kubernetes_groups: ["analyze-operators"] }),
  );
  expect(all(operated, "aws_eks_access_policy_association")).toHaveLength(2);
});

it("enforces NetworkPolicies", () => {
  expect(all(stack, "aws_eks_addon")).toContainEqual(
    expect.objectContaining({ addon_name: "vpc-cni", configuration_values: '{"enableNetworkPolicy":"true"}' }),
  );
});

it("lets open requests end before a target is removed, and pods live longer than both", () => {
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
