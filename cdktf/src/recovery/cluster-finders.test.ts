import { expect, it } from "vitest";
import { at, nothing, resourcesOf, suffix } from "../../test/support/recoverable.ts";
import { clusterFinders, expectedIds } from "./cluster-finders.ts";
import { notFound, type Search } from "./finder.ts";
import type { Found } from "./found.ts";
import { importIds, isAnyFound } from "./import-ids.ts";

const prod = resourcesOf("prod");
const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-central-1:123456789012:${rest}`;
const subnet = (index: number, CidrBlock: string) => ({ SubnetId: `subnet-${index}`, VpcId: "vpc-2", CidrBlock });
const table = (index: number, ...subnets: number[]) => ({
  RouteTableId: `rtb-${index}`,
  VpcId: "vpc-2",
  Routes: [{ DestinationCidrBlock: "0.0.0.0/0" }],
  Associations: subnets.map((one) => ({ SubnetId: `subnet-${one}` })),
});
const cluster: Found = {
  ...nothing,
  vpcs: [{ VpcId: "vpc-2", CidrBlock: "10.74.0.0/16" }],
  subnets: [
    subnet(1, "10.74.0.0/24"),
    subnet(2, "10.74.1.0/24"),
    subnet(3, "10.74.16.0/20"),
    subnet(4, "10.74.32.0/20"),
  ],
  tables: [table(2, 4), table(1, 3), table(0, 1, 2)],
  nats: [{ NatGatewayId: "nat-1", SubnetId: "subnet-1", NatGatewayAddresses: [{ AllocationId: "eipalloc-1" }] }],
  addresses: [{ AllocationId: "eipalloc-1" }, { AllocationId: "eipalloc-2", InstanceId: "i-2" }],
  instances: [
    { InstanceId: "i-1", Tags: [{ Key: "eks:cluster-name", Value: "analyze-prod" }] },
    { InstanceId: "i-2", Tags: [{ Key: "role", Value: "client" }] },
  ],
  groups: [{ GroupId: "sg-4", VpcId: "vpc-2", GroupName: `analyze-prod-edge-${suffix}` }],
  rules: [
    {
      SecurityGroupRuleId: "sgr-4",
      GroupId: "sg-of-eks",
      IsEgress: false,
      FromPort: 8080,
      ReferencedGroupInfo: { GroupId: "sg-4" },
      Description: "edge to web",
    },
  ],
  flowLogs: [{ FlowLogId: "fl-1", ResourceId: "vpc-2" }],
  balancers: [
    {
      LoadBalancerName: "analyze-prod",
      LoadBalancerArn: arn("elasticloadbalancing", "loadbalancer/app/analyze-prod/1"),
    },
  ],
  listeners: [80, 443].map((Port) => ({
    Port,
    ListenerArn: arn("elasticloadbalancing", `listener/app/analyze-prod/1/${Port}`),
    LoadBalancerArn: arn("elasticloadbalancing", "loadbalancer/app/analyze-prod/1"),
    Certificates: Port === 443 ? [{ CertificateArn: arn("acm", "certificate/used") }] : [],
  })),
  nodeGroups: ["nodes-gpu", `nodes-${suffix}`],
  associations: [
    {
      associationId: "a-1",
      namespace: "kube-system",
      serviceAccount: "cluster-autoscaler",
      clusterName: undefined,
      associationArn: undefined,
      ownerArn: undefined,
    },
  ],
  keyId: "key-1",
  secrets: [{ Name: "analyze-prod/stores", ARN: arn("secretsmanager", "secret:analyze-prod/stores-x") }],
  firewalls: [{ Name: "analyze-prod", Id: "acl-1" }],
  arns: [arn("acm", "certificate/other"), arn("aps", "workspace/ws-1"), arn("aps", "scraper/s-1")],
};

it.each([
  ["aws_acm_certificate", [arn("acm", "certificate/used")]],
  ["aws_alb", [arn("elasticloadbalancing", "loadbalancer/app/analyze-prod/1")]],
  ["aws_alb_listener", [80, 443].map((port) => arn("elasticloadbalancing", `listener/app/analyze-prod/1/${port}`))],
  ["aws_budgets_budget", ["123456789012:analyze-prod-eu-central-1-month"]],
  ["aws_eip", ["eipalloc-1", "eipalloc-2"]],
  [
    "aws_eks_access_entry",
    ["analyze-prod:arn:aws:iam::123456789012:role/admin", "analyze-prod:arn:aws:iam::123456789012:role/deployer"],
  ],
  ["aws_eks_node_group", [`analyze-prod:nodes-${suffix}`]],
  ["aws_eks_pod_identity_association", ["analyze-prod,a-1"]],
  ["aws_flow_log", ["fl-1"]],
  ["aws_instance", ["i-2"]],
  ["aws_kms_key", ["key-1"]],
  ["aws_nat_gateway", ["nat-1"]],
  ["aws_prometheus_alert_manager_definition", ["ws-1"]],
  ["aws_prometheus_rule_group_namespace", [arn("aps", "rulegroupsnamespace/ws-1/analyze-prod")]],
  ["aws_prometheus_scraper", ["s-1"]],
  ["aws_prometheus_workspace", ["ws-1"]],
  ["aws_route53_record", ["${data.aws_route53_zone.zone.zone_id}_analyze.example.org_A"]],
  ["aws_route_table", ["rtb-0", "rtb-1", "rtb-2"]],
  ["aws_route_table_association", ["subnet-1/rtb-0", "subnet-2/rtb-0", "subnet-3/rtb-1", "subnet-4/rtb-2"]],
  ["aws_secretsmanager_secret_rotation", [arn("secretsmanager", "secret:analyze-prod/stores-x")]],
  ["aws_sns_topic", [arn("sns", "analyze-prod-alarms")]],
  ["aws_vpc_security_group_ingress_rule", ["sgr-4"]],
  ["aws_wafv2_web_acl", ["acl-1/analyze-prod/REGIONAL"]],
])("finds %s of a cluster", (type, ids) => {
  const there = [...importIds(prod, cluster, at)].filter(([address]) => address.startsWith(`${type}.`));
  expect(there.map(([, id]) => id).sort()).toEqual([...ids].sort());
});

it("leaves out what the stack imports itself, and takes names alone for no proof of a stage", () => {
  const group = prod.find(({ values }) => values["name"] === "/aws/eks/analyze-prod/cluster")?.address ?? "";
  const ids = importIds(prod, nothing, at, new Set([group]));
  expect([ids.has(group), isAnyFound(prod, ids)]).toEqual([false, false]);
  expect(isAnyFound(prod, importIds(prod, cluster, at))).toBe(true);
});

it("names each role's own policy, so that recovery overwrites it instead of adding one that would keep the role", () => {
  const own = prod.filter(({ type }) => type === "aws_iam_role_policy");
  expect(own.filter(({ values }) => typeof values["name"] !== "string")).toEqual([]);
  expect(own).not.toEqual([]);
});

/** A search in which nothing that a resource refers to was found, in an empty account. */
const inVain: Search = {
  ...at,
  found: nothing,
  idOf: () => notFound,
  nameOf: () => "analyze-prod",
  referring: () => [],
};

it.each(Object.keys(clusterFinders))("finds no %s in an empty account", (type) => {
  expect(clusterFinders[type]?.({ name: "analyze-prod", node_group_name_prefix: "nodes-" }, inVain)).toBeUndefined();
});

it("makes no id from the id of a resource that was not found", () => {
  const made = Object.values(expectedIds).map((find) => find({ name: "analyze-prod" }, inVain));
  expect(made.filter((id) => id?.includes(notFound))).toEqual([]);
});

it.each<[what: string, type: string, values: Record<string, unknown>, found: Partial<Found>]>([
  [
    "a node group that somebody added to the cluster",
    "aws_eks_node_group",
    { node_group_name_prefix: "nodes-" },
    { nodeGroups: ["nodes-gpu", "nodes-2"] },
  ],
  [
    "another stage's balancer whose name begins the same",
    "aws_alb",
    { name: "analyze-prod" },
    { balancers: [{ LoadBalancerName: "analyze-prod-2", LoadBalancerArn: "arn" }] },
  ],
  [
    "a listener of another balancer",
    "aws_alb_listener",
    { port: 443 },
    { listeners: [{ Port: 443, LoadBalancerArn: "another", ListenerArn: "arn" }] },
  ],
  [
    "a service account of the same name in another namespace",
    "aws_eks_pod_identity_association",
    { namespace: "kube-system", service_account: "a" },
    {
      associations: [
        {
          associationId: "a-1",
          namespace: "default",
          serviceAccount: "a",
          clusterName: undefined,
          associationArn: undefined,
          ownerArn: undefined,
        },
      ],
    },
  ],
  ["a workspace of another service", "aws_prometheus_workspace", {}, { arns: [arn("grafana", "workspace/ws-1")] }],
  [
    "a secret whose name begins the same",
    "aws_secretsmanager_secret",
    { name: "analyze-prod/stores" },
    { secrets: [{ Name: "analyze-prod/stores-old", ARN: "arn" }] },
  ],
])("does not take %s", (_, type, values, found) => {
  expect(clusterFinders[type]?.(values, { ...inVain, found: { ...nothing, ...found } })).toBeUndefined();
});
