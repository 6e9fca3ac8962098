import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { Construct } from "constructs";
import { alarmTopicName } from "../names.ts";

export interface StageKeyProps {
  readonly name: string;
  readonly region: string;
  /** Whether Amazon Managed Service for Prometheus sends alerts to the topic of the alarms. */
  readonly prometheus: boolean;
}

/** The stage's own key, rotated every year: secrets of the cluster, logs, alarms. AWS's services use it for this account alone. */
export class StageKey extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: StageKeyProps) {
    super(scope, id);
    const { accountId } = new DataAwsCallerIdentity(this, "account", {});
    // SNS gives the topic in the encryption context.
    const topic = `arn:aws:sns:${props.region}:${accountId}:${alarmTopicName(props.name)}`;
    const inTopic = { StringEquals: { "kms:EncryptionContext:aws:sns:topicArn": topic } };
    const key = new KmsKey(this, "key", {
      description: `${props.name}: secrets, logs and alarms`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Account",
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${accountId}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          use("Logs", `logs.${props.region}.amazonaws.com`, {
            ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${props.region}:${accountId}:*` },
          }),
          use("Alarms", "cloudwatch.amazonaws.com", { StringEquals: { "aws:SourceAccount": accountId } }),
          use("Budget", "budgets.amazonaws.com", { StringEquals: { "aws:SourceAccount": accountId } }),
          ...(props.prometheus ? [use("PrometheusAlerts", "aps.amazonaws.com", inTopic)] : []),
        ],
      }),
    });
    new KmsAlias(this, "alias", { name: `alias/${props.name}`, targetKeyId: key.id });
    this.arn = key.arn;
  }
}

function use(Sid: string, service: string, Condition: object): object {
  const Action = ["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];
  return { Sid, Effect: "Allow", Principal: { Service: service }, Action, Resource: "*", Condition };
}
