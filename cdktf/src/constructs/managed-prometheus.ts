import { readFileSync } from "node:fs";
import { PrometheusAlertManagerDefinition } from "@cdktf/provider-aws/lib/prometheus-alert-manager-definition/index.js";
import { PrometheusRuleGroupNamespace } from "@cdktf/provider-aws/lib/prometheus-rule-group-namespace/index.js";
import { PrometheusScraper } from "@cdktf/provider-aws/lib/prometheus-scraper/index.js";
import { PrometheusWorkspace } from "@cdktf/provider-aws/lib/prometheus-workspace/index.js";
import { PrometheusWorkspaceConfiguration } from "@cdktf/provider-aws/lib/prometheus-workspace-configuration/index.js";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy/index.js";
import { Construct } from "constructs";
import { stringify } from "yaml";
import { scrapeConfig } from "../cluster/scrape-config.ts";

export interface ManagedPrometheusProps {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** How long samples are kept, in days; AWS keeps none for more than three years. */
  readonly days: number;
  readonly cluster: { readonly arn: string; readonly groupId: string };
  /** Of two zones or more. */
  readonly subnetIds: readonly string[];
  /** Topic of the alarms, which has the same readers. */
  readonly topicArn: string;
}

/** Active series, those of replaced pods too, before AWS takes no new ones: 2,000 for each pod that autoscaling allows. */
export const maxSeries = 50_000;
const longestDays = 1095;

/** What `npm run monitoring` writes: the chart has the same. Read, not imported: stacks import packages and cdktf/src only. */
const rulesFile = new URL("../../../ingress/files/monitoring/rules.yml", import.meta.url);

/**
 * Amazon Managed Service for Prometheus: a collector that scrapes the cluster's pods, the alerts, and mail for them. AWS gives the
 * collector its access entry in the cluster, and refuses one that others make for its service-linked role. Samples hold no text of
 * a request and no id, so AWS's own key encrypts them.
 */
export class ManagedPrometheus extends Construct {
  /** What Grafana has as the data source's URL (signed requests); queries go to `api/v1/query` below it. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ManagedPrometheusProps) {
    super(scope, id);
    const { name, cluster, subnetIds, days } = props;
    const workspace = new PrometheusWorkspace(this, "workspace", { alias: name });
    this.url = workspace.prometheusEndpoint;
    const workspaceId = workspace.id;
    new PrometheusWorkspaceConfiguration(this, "limits", {
      workspaceId,
      retentionPeriodInDays: Math.min(days, longestDays),
      limitsPerLabelSet: [{ labelSet: { app: "analyze" }, limits: [{ maxSeries }] }],
    });
    new PrometheusScraper(this, "scraper", {
      alias: name,
      scrapeConfiguration: scrapeConfig(),
      source: [{ eks: [{ clusterArn: cluster.arn, subnetIds: [...subnetIds], securityGroupIds: [cluster.groupId] }] }],
      destination: [{ amp: [{ workspaceArn: workspace.arn }] }],
    });
    new PrometheusRuleGroupNamespace(this, "rules", { name, workspaceId, data: readFileSync(rulesFile, "utf8") });
    this.mail(props, workspace);
  }

  /** Once a topic has a policy, CloudWatch needs a statement too. */
  private mail({ topicArn, region, accountId }: ManagedPrometheusProps, { id: workspaceId, arn }: PrometheusWorkspace) {
    const ours = { "aws:SourceAccount": accountId };
    const publish = (Sid: string, Service: string, Condition: object): object => {
      const Action = ["sns:GetTopicAttributes", "sns:Publish"];
      return { Sid, Effect: "Allow", Principal: { Service }, Action, Resource: topicArn, Condition };
    };
    const Statement = [
      publish("Alarms", "cloudwatch.amazonaws.com", { StringEquals: ours }),
      publish("Alerts", "aps.amazonaws.com", { StringEquals: ours, ArnEquals: { "aws:SourceArn": arn } }),
    ];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const allowed = new SnsTopicPolicy(this, "publishers", { arn: topicArn, policy });
    const definition = alertmanager(topicArn, region);
    new PrometheusAlertManagerDefinition(this, "mail", { workspaceId, definition, dependsOn: [allowed] });
  }
}

/** AWS's Alertmanager sends to SNS only; its own configuration is a text in that of the workspace. */
function alertmanager(topicArn: string, region: string): string {
  const sns = { topic_arn: topicArn, sigv4: { region }, send_resolved: true, subject: "Alerts of analyze" };
  const config = {
    route: { receiver: "mail", group_by: ["alertname"] },
    receivers: [{ name: "mail", sns_configs: [sns] }],
  };
  return stringify({ alertmanager_config: stringify(config, { lineWidth: 0 }) }, { lineWidth: 0 });
}
