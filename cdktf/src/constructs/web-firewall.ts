import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { Wafv2WebAcl } from "@cdktf/provider-aws/lib/wafv2-web-acl/index.js";
import { Wafv2WebAclAssociation } from "@cdktf/provider-aws/lib/wafv2-web-acl-association/index.js";
import { Wafv2WebAclLoggingConfiguration } from "@cdktf/provider-aws/lib/wafv2-web-acl-logging-configuration/index.js";
import { Construct } from "constructs";
import { labelOf, type ManagedGroup, managedGroups, textRoutes } from "./firewall-rules.ts";

export interface WebFirewallProps {
  readonly name: string;
  readonly balancerArn: string;
  readonly requestsPerFiveMinutes: number;
  readonly keyArn: string;
  readonly logDays: number;
}

/**
 * WAF in front of the edge: a rate limit per address, then AWS's rules. Texts are the product, so on routes for texts,
 * rules on the body only count. Decisions are logged, without credentials.
 */
export class WebFirewall extends Construct {
  constructor(scope: Construct, id: string, props: WebFirewallProps) {
    super(scope, id);
    const acl = new Wafv2WebAcl(this, "acl", {
      name: props.name,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: seenAs(props.name),
      customResponseBody: problems,
      rule: [
        limit(props.requestsPerFiveMinutes),
        ...managedGroups.map((group, index) => managed(group, index + 1)),
        bodies(managedGroups.length + 1),
      ],
    });
    new Wafv2WebAclAssociation(this, "edge", { webAclArn: acl.arn, resourceArn: props.balancerArn });
    const logs = new CloudwatchLogGroup(this, "logs", {
      // AWS requires this prefix.
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

/** The product's problems (RFC 9457). WAF sends them as application/json: no other content type can be set. */
const problems = [
  problem(
    "refused",
    "malformed-request",
    400,
    "The request could not be understood",
    "The firewall refused the request.",
  ),
  problem("too-many", "too-many-requests", 429, "Too many requests", "Too many requests from this address."),
];

function problem(key: string, code: string, status: number, title: string, detail: string) {
  const content = JSON.stringify({ type: `urn:analyze:problem:${code}`, title, status, detail });
  return { key, content, contentType: "APPLICATION_JSON" };
}

function seenAs(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

/** The library has no types for statements: their keys are Terraform's own, and so are those of actions inside them. */
const refuse = { block: { custom_response: { response_code: 400, custom_response_body_key: "refused" } } };

function limit(requests: number) {
  return {
    name: "limit-each-address",
    priority: 0,
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: "too-many",
          responseHeader: [{ name: "retry-after", value: "300" }],
        },
      },
    },
    statement: { rate_based_statement: { limit: requests, aggregate_key_type: "IP" } },
    visibilityConfig: seenAs("limit-each-address"),
  };
}

function managed({ name, blocked, body, counted }: ManagedGroup, priority: number) {
  const rule_action_override = [...override(blocked, refuse), ...override([...body, ...counted], { count: {} })];
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: { managed_rule_group_statement: { vendor_name: "AWS", name, rule_action_override } },
    visibilityConfig: seenAs(name),
  };
}

function override(rules: readonly string[], action_to_use: object): object[] {
  return rules.map((rule) => ({ name: rule, action_to_use }));
}

/** Blocks what was counted in a body, on every route whose body is not a text. */
function bodies(priority: number) {
  const labels = managedGroups.flatMap((group) => group.body.map((rule) => labelOf(group, rule)));
  const found = {
    or_statement: { statement: labels.map((key) => ({ label_match_statement: { scope: "LABEL", key } })) },
  };
  const elsewhere = textRoutes.map((path) => ({ not_statement: { statement: [isPath(path)] } }));
  const { response_code: responseCode, custom_response_body_key: customResponseBodyKey } = refuse.block.custom_response;
  return {
    name: "body-of-other-routes",
    priority,
    action: { block: { customResponse: { responseCode, customResponseBodyKey } } },
    statement: { and_statement: { statement: [found, ...elsewhere] } },
    visibilityConfig: seenAs("body-of-other-routes"),
  };
}

function isPath(search_string: string) {
  const text_transformation = [{ priority: 0, type: "NONE" }];
  return {
    byte_match_statement: {
      search_string,
      positional_constraint: "EXACTLY",
      field_to_match: { uri_path: {} },
      text_transformation,
    },
  };
}
