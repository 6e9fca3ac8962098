import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { Wafv2WebAcl } from "@cdktf/provider-aws/lib/wafv2-web-acl/index.js";
import { Wafv2WebAclAssociation } from "@cdktf/provider-aws/lib/wafv2-web-acl-association/index.js";
import { Wafv2WebAclLoggingConfiguration } from "@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration/index.js";
import { Construct } from "constructs";

export interface WebFirewallProps {
  readonly name: string;
  readonly balancerArn: string;
  readonly requestsPerFiveMinutes: number;
  readonly keyArn: string;
  readonly logDays: number;
}

/** Groups of rules that AWS keeps up to date, in the order in which they are asked. */
const managed = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesCommonRuleSet",
] as const;

/** WAF before the edge: a limit for each address, then AWS's own rules. What it decided is logged, without credentials. */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const acl = new Wafv2WebAcl(this, "acl", {
      name: props.name,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: seenAs(props.name),
      rule: [limit(props.requestsPerFiveMinutes), ...managed.map((name, index) => group(name, index + 1))],
    });
    new Wafv2WebAclAssociation(this, "edge", { webAclArn: acl.arn, resourceArn: props.balancerArn });
    const logs = new CloudwatchLogGroup(this, "logs", {
      // AWS refuses a name that does not begin with this.
      name: `aws-waf-logs-${props.name}`,
      retentionInDays: props.logDays,
      kmsKeyId: props.keyArn,
    });
    new Wafv2WebAclLoggingConfiguration(this, "logging", {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      redactedFields: [{ singleHeader: { name: "authorization" } }],
    });
  }
}

function seenAs(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

/** The library has no types for statements: their keys are Terraform's own. */
function limit(requests: number) {
  return {
    name: "limit-each-address",
    priority: 0,
    action: {
      block: { customResponse: { responseCode: 429, responseHeader: [{ name: "retry-after", value: "300" }] } },
    },
    statement: { rate_based_statement: { limit: requests, aggregate_key_type: "IP" } },
    visibilityConfig: seenAs("limit-each-address"),
  };
}

function group(name: string, priority: number) {
  // The common rules refuse bodies above 8 KiB; ours may have 1 MiB, and web refuses what is larger.
  const counted = name === "AWSManagedRulesCommonRuleSet" ? ["SizeRestrictions_BODY"] : [];
  const rule_action_override = counted.map((rule) => ({ name: rule, action_to_use: { count: {} } }));
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: { managed_rule_group_statement: { vendor_name: "AWS", name, rule_action_override } },
    visibilityConfig: seenAs(name),
  };
}
