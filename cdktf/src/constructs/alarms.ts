import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { alarmTopicName } from "../names.ts";

export interface AlarmsProps {
  readonly name: string;
  readonly email: string;
  readonly keyArn: string;
  readonly balancer: { readonly arnSuffix: string; readonly targetGroupSuffix: string };
  /** Log group that holds the client's log, a line for every due slot. */
  readonly clientLog: string;
  /** The longest time between two due slots, in milliseconds. */
  readonly longestStep: number;
  /** Function that rotates the secret; null: there is none. */
  readonly rotatorName: string | null;
}

/** Each slot's line has the verdict as its second word. */
const slots = "[time, verdict=ok || verdict=flaky || verdict=FAIL || verdict=planned, ...]";

/** The alarms, sent by mail. */
export class Alarms extends Construct {
  /** Whether the address has confirmed its subscription; until then AWS sends no mail. A Terraform expression. */
  readonly mail: string;
  readonly topicArn: string;
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    const topic = new SnsTopic(this, "topic", { name: alarmTopicName(props.name), kmsMasterKeyId: props.keyArn });
    const mail = new SnsTopicSubscription(this, "mail", {
      topicArn: topic.arn,
      protocol: "email",
      endpoint: props.email,
    });
    this.topicArn = topic.arn;
    this.mail = Fn.conditional(
      mail.pendingConfirmation,
      `NOT CONFIRMED: alarms are not sent until ${props.email} opens the link that AWS sent`,
      `confirmed by ${props.email}`,
    );
    this.edge();
    this.client();
    if (props.rotatorName !== null) this.rotation(props.rotatorName);
  }

  private edge(): void {
    const { arnSuffix: LoadBalancer, targetGroupSuffix: TargetGroup } = this.props.balancer;
    const errors = { namespace: "AWS/ApplicationELB", statistic: "Sum", threshold: 5, dimensions: { LoadBalancer } };
    this.alarm("edge-5xx", "The edge itself answers 5xx: no pod accepted the request", {
      ...errors,
      metricName: "HTTPCode_ELB_5XX_Count",
    });
    this.alarm("web-5xx", "web answers 5xx", { ...errors, metricName: "HTTPCode_Target_5XX_Count" });
    const pods = { namespace: "AWS/ApplicationELB", threshold: 1, dimensions: { LoadBalancer, TargetGroup } };
    this.alarm("unhealthy", "A pod of web has been failing its health check", {
      ...pods,
      metricName: "UnHealthyHostCount",
      statistic: "Maximum",
      evaluationPeriods: 3,
    });
    // Without a registered pod there is no data point.
    this.alarm("no-target", "No pod of web is healthy behind the balancer", {
      ...pods,
      metricName: "HealthyHostCount",
      statistic: "Maximum",
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: 3,
      treatMissingData: "breaching",
    });
  }

  private client(): void {
    const namespace = `Analyze/${this.props.name}`;
    this.count("slots", slots, namespace);
    this.count("failures", "[time, verdict=FAIL, ...]", namespace);
    const each = { namespace, statistic: "Sum", threshold: 1, ...slotPeriods(this.props.longestStep) };
    this.alarm("client-silent", "The client has written no line for three slots", {
      ...each,
      metricName: "slots",
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    });
    this.alarm("client-fails", "Three consecutive slots of the client failed", { ...each, metricName: "failures" });
  }

  private rotation(FunctionName: string): void {
    this.alarm("rotation", "The stores' password could not be rotated: the old one stays in use", {
      namespace: "AWS/Lambda",
      metricName: "Errors",
      statistic: "Sum",
      threshold: 1,
      period: 300,
      dimensions: { FunctionName },
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
}

/** Three periods, each long enough to hold a slot wherever it begins: whole minutes, at most a day (AWS's limits). */
function slotPeriods(longestStep: number): { period: number; evaluationPeriods: number } {
  return { period: Math.max(1, Math.ceil(longestStep / 60_000)) * 60, evaluationPeriods: 3 };
}
