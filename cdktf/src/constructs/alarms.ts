import { BudgetsBudget } from "@cdktf/provider-aws/lib/budgets-budget/index.js";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Construct } from "constructs";

export interface AlarmsProps {
  readonly name: string;
  readonly email: string;
  readonly budgetUsd: string;
  readonly keyArn: string;
  readonly balancer: { readonly arnSuffix: string; readonly targetGroupSuffix: string };
  /** Log group that holds the client's log, a line for every minute. */
  readonly clientLog: string;
}

/** Each minute's line has the verdict as its second word. */
const slots = "[time, verdict=ok || verdict=flaky || verdict=FAIL, ...]";

/** What someone should be woken for, by mail; and what should cost someone a question. */
export class Alarms extends Construct {
  private readonly props: AlarmsProps;
  private readonly topicArn: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    const topic = new SnsTopic(this, "topic", { name: `${props.name}-alarms`, kmsMasterKeyId: props.keyArn });
    new SnsTopicSubscription(this, "mail", { topicArn: topic.arn, protocol: "email", endpoint: props.email });
    this.topicArn = topic.arn;
    this.edge();
    this.client();
    this.money();
  }

  private edge(): void {
    const { arnSuffix: LoadBalancer, targetGroupSuffix: TargetGroup } = this.props.balancer;
    const errors = { namespace: "AWS/ApplicationELB", statistic: "Sum", threshold: 5, dimensions: { LoadBalancer } };
    this.alarm("edge-5xx", "The edge itself answers 5xx: no pod could be asked", {
      ...errors,
      metricName: "HTTPCode_ELB_5XX_Count",
    });
    this.alarm("web-5xx", "web answers 5xx", { ...errors, metricName: "HTTPCode_Target_5XX_Count" });
    this.alarm("unhealthy", "A pod of web has been failing its health check", {
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      statistic: "Maximum",
      threshold: 1,
      evaluationPeriods: 3,
      dimensions: { LoadBalancer, TargetGroup },
    });
  }

  private client(): void {
    const namespace = `Analyze/${this.props.name}`;
    this.count("slots", slots, namespace);
    this.count("failures", "[time, verdict=FAIL, ...]", namespace);
    this.alarm("client-silent", "The client has written no line for three minutes", {
      namespace,
      metricName: "slots",
      statistic: "Sum",
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: 3,
      treatMissingData: "breaching",
    });
    this.alarm("client-fails", "The client has failed three minutes in a row", {
      namespace,
      metricName: "failures",
      statistic: "Sum",
      threshold: 1,
      evaluationPeriods: 3,
    });
  }

  private count(name: string, pattern: string, namespace: string): void {
    new CloudwatchLogMetricFilter(this, `count-${name}`, {
      name: `${this.props.name}-${name}`,
      logGroupName: this.props.clientLog,
      pattern,
      metricTransformation: { name, namespace, value: "1" },
    });
  }

  private alarm(id: string, alarmDescription: string, metric: Partial<CloudwatchMetricAlarmConfig>): void {
    new CloudwatchMetricAlarm(this, id, {
      alarmName: `${this.props.name}-${id}`,
      alarmDescription,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 60,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [this.topicArn],
      okActions: [this.topicArn],
      ...metric,
    });
  }

  private money(): void {
    const notification = (notificationType: string, threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberEmailAddresses: [this.props.email],
    });
    new BudgetsBudget(this, "budget", {
      name: `${this.props.name}-month`,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: this.props.budgetUsd,
      limitUnit: "USD",
      notification: [notification("ACTUAL", 80), notification("FORECASTED", 100)],
    });
  }
}
