import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { drawRules } from "../../../monitoring/rules.ts";
import { withPrometheus, withStores } from "../../test/support/fixture.ts";
import { account } from "../../test/support/judge.ts";
import { all, type Synthesised, synthesise } from "../../test/support/synthesised.ts";
import { scrapeConfig } from "../cluster/scrape-config.ts";
import { maxSeries } from "../constructs/managed-prometheus.ts";
import { stages } from "../stages.ts";

const off = synthesise("prod", {}, undefined, withStores);
const on = synthesise("prod", {}, undefined, withPrometheus);
const workspace = /^\$\{aws_prometheus_workspace\.prometheus_workspace_\w+\.(?:id|arn)\}$/;
const topic = /^\$\{aws_sns_topic\.alarms_topic_\w+\.arn\}$/;
const privateSubnets = ["a", "b"].map((zone) => expect.stringContaining(`aws_subnet.network_private-${zone}`));

/** All resources, as `type.name`. */
function names({ resource }: Synthesised): string[] {
  return Object.entries(resource).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`));
}

/** What only the first of the two has. */
function only(one: Synthesised, other: Synthesised): string[] {
  const known = new Set(names(other));
  return names(one).filter((name) => !known.has(name));
}

function keyStatements(of: Synthesised): string[] {
  const shape = z.object({ Statement: z.array(z.object({ Sid: z.string() })) });
  return all(of, "aws_kms_key").flatMap(({ policy }) =>
    shape.parse(JSON.parse(String(policy))).Statement.map(({ Sid }) => Sid),
  );
}

describe("a stage without managedPrometheus", () => {
  it("is every stage that exists", () => {
    expect(stages.prod.cluster.managedPrometheus).toBe(false);
  });

  it("has nothing of it: no resource, no output, no right of Prometheus over the key, and the topic's own policy", () => {
    expect(only(off, on)).toEqual([]);
    expect(Object.keys(off.resource).filter((type) => type.includes("prometheus"))).toEqual([]);
    expect(all(off, "aws_sns_topic_policy")).toEqual([]);
    expect(Object.keys(off.output)).not.toContain("prometheus-url");
    expect(keyStatements(off)).toEqual(["Account", "Logs", "Alarms", "Budget"]);
  });
});

describe("a stage with managedPrometheus", () => {
  it.each<[type: string, properties: object]>([
    ["aws_prometheus_workspace", { alias: "analyze-prod" }],
    [
      "aws_prometheus_workspace_configuration",
      {
        workspace_id: expect.stringMatching(workspace),
        retention_period_in_days: stages.prod.cluster.logDays,
        limits_per_label_set: [{ label_set: { app: "analyze" }, limits: [{ max_series: maxSeries }] }],
      },
    ],
    [
      "aws_prometheus_scraper",
      {
        alias: "analyze-prod",
        scrape_configuration: scrapeConfig(),
        destination: [{ amp: [{ workspace_arn: expect.stringMatching(workspace) }] }],
        source: [
          {
            eks: [
              {
                cluster_arn: expect.stringMatching(/^\$\{aws_eks_cluster\.\w+\.arn\}$/),
                // Subnets and group of the cluster itself, as AWS requires.
                subnet_ids: privateSubnets,
                security_group_ids: [expect.stringContaining("cluster_security_group_id")],
              },
            ],
          },
        ],
      },
    ],
    [
      "aws_prometheus_rule_group_namespace",
      { name: "analyze-prod", workspace_id: expect.stringMatching(workspace), data: drawRules() },
    ],
    ["aws_prometheus_alert_manager_definition", { workspace_id: expect.stringMatching(workspace) }],
    ["aws_sns_topic_policy", { arn: expect.stringMatching(topic) }],
  ])("has one %s, with its bounds", (type, properties) => {
    expect(all(on, type)).toEqual([expect.objectContaining(properties)]);
  });

  it("has nothing else besides: AWS makes the collector's access entry where the cluster has access entries", () => {
    expect(only(on, off).map((name) => name.split(".")[0])).toEqual([
      "aws_prometheus_alert_manager_definition",
      "aws_prometheus_rule_group_namespace",
      "aws_prometheus_scraper",
      "aws_prometheus_workspace",
      "aws_prometheus_workspace_configuration",
      "aws_sns_topic_policy",
    ]);
    expect(all(on, "aws_eks_cluster")).toMatchObject([
      { access_config: { authentication_mode: "API" }, vpc_config: { endpoint_private_access: true } },
    ]);
  });

  it("has no template of Terraform in what Prometheus reads", () => {
    expect(`${drawRules()}${scrapeConfig()}`).not.toMatch(/[$%]\{/);
  });

  it("takes the series of all pods that autoscaling allows", () => {
    const text = readFileSync(new URL("../../../ingress/values.prod.yaml", import.meta.url), "utf8");
    const scaled = z.object({ autoscaling: z.object({ maxReplicas: z.int() }) });
    const { web, worker } = z.object({ web: scaled, worker: scaled }).parse(parse(text));
    expect((web.autoscaling.maxReplicas + worker.autoscaling.maxReplicas) * 2000).toBeLessThanOrEqual(maxSeries);
  });

  it("keeps samples for three years at most, however long logs are kept", () => {
    const { prod } = withPrometheus;
    const long = { ...withPrometheus, prod: { ...prod, cluster: { ...prod.cluster, logDays: 3653 } } };
    expect(all(synthesise("prod", {}, undefined, long), "aws_prometheus_workspace_configuration")).toMatchObject([
      { retention_period_in_days: 1095 },
    ]);
  });

  it("mails alerts to those who get the alarms, from this workspace and no other; alarms still arrive", () => {
    const [definition] = all(on, "aws_prometheus_alert_manager_definition");
    const { alertmanager_config: text } = z
      .object({ alertmanager_config: z.string() })
      .parse(parse(String(definition?.["definition"])));
    expect(parse(text)).toMatchObject({
      route: { receiver: "mail" },
      receivers: [
        {
          name: "mail",
          sns_configs: [{ topic_arn: expect.stringMatching(topic), sigv4: { region: "eu-central-1" } }],
        },
      ],
    });
    const [publishers] = all(on, "aws_sns_topic_policy");
    const owner = { "aws:SourceAccount": expect.stringContaining("account_id") };
    expect(JSON.parse(String(publishers?.["policy"]))).toMatchObject({
      Statement: [
        { Principal: { Service: "cloudwatch.amazonaws.com" }, Condition: { StringEquals: owner } },
        {
          Principal: { Service: "aps.amazonaws.com" },
          Condition: { StringEquals: owner, ArnEquals: { "aws:SourceArn": expect.stringMatching(workspace) } },
        },
      ],
    });
  });

  it("uses the key for messages to the alarms' topic only", () => {
    expect(keyStatements(on)).toEqual(["Account", "Logs", "Alarms", "Budget", "PrometheusAlerts"]);
    const [{ policy } = {}] = all(on, "aws_kms_key");
    const [{ name } = {}] = all(on, "aws_sns_topic");
    expect(String(policy).replaceAll(/\$\{[^}]+account_id\}/g, account)).toContain(
      `{"StringEquals":{"kms:EncryptionContext:aws:sns:topicArn":"arn:aws:sns:eu-central-1:${account}:${String(name)}"}}`,
    );
  });

  it("says where to query, and from which networks it scrapes", () => {
    expect(on.output["prometheus-url"]?.value).toMatch(/aws_prometheus_workspace\.\w+\.prometheus_endpoint\}$/);
    expect(on.output["metrics-cidrs"]?.value).toMatch(/network_private-a.*cidr_block.*network_private-b.*cidr_block/);
  });
});
