import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { SecurityGroupRule } from "@cdktf/provider-aws/lib/security-group-rule/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Token } from "cdktf";
import type { IConstruct } from "constructs";
import { isWorld, parseCidr } from "../settings/cidr.ts";

/** What is wrong with a construct and what to do instead; null: nothing. */
export type Rule = (node: IConstruct) => { broken: string; instead: string } | null;

type OpenRule = VpcSecurityGroupIngressRule | VpcSecurityGroupEgressRule;

/**
 * Whether these CIDRs together are wider than one organisation's network. A CIDR that only Terraform knows is one of
 * our networks; a text that is no CIDR counts as everything, because it is unknown how AWS reads it.
 */
function opensWorld(cidrs: readonly (string | undefined)[]): boolean {
  const texts = cidrs.filter((text) => text !== undefined).filter((text) => !Token.isUnresolved(text));
  const parsed = texts.map((text) => parseCidr(text));
  return parsed.includes(null) || isWorld(parsed.filter((cidr) => cidr !== null));
}

/** The CIDRs of the rules of the same group, kind and ports as this one: two halves of the address space are all. */
function cidrsBeside(rule: OpenRule): (string | undefined)[] {
  return rule.node.root.node.findAll().flatMap((other) => {
    const isSameKind = other instanceof rule.constructor && isOpenRule(other);
    if (!isSameKind || other.securityGroupIdInput !== rule.securityGroupIdInput || !shareAPort(other, rule)) return [];
    return [other.cidrIpv4Input, other.cidrIpv6Input];
  });
}

function isOpenRule(node: IConstruct): node is OpenRule {
  return node instanceof VpcSecurityGroupIngressRule || node instanceof VpcSecurityGroupEgressRule;
}

function portsOf({ fromPortInput = 0, toPortInput = 65_535, ipProtocolInput }: OpenRule): [from: number, to: number] {
  return ipProtocolInput === "-1" ? [0, 65_535] : [fromPortInput, toPortInput];
}

function shareAPort(one: OpenRule, other: OpenRule): boolean {
  const [[from, to], [otherFrom, otherTo]] = [portsOf(one), portsOf(other)];
  return from <= otherTo && otherFrom <= to;
}

/** Whether the rule opens only this TCP port. */
function isOnly(rule: OpenRule, ports: readonly number[]): boolean {
  const [from, to] = portsOf(rule);
  return rule.ipProtocolInput === "tcp" && from === to && ports.includes(from);
}

const noOpenPort: Rule = (node) => {
  if (!(node instanceof VpcSecurityGroupIngressRule)) return null;
  if (isOnly(node, [80, 443]) || !opensWorld(cidrsBeside(node))) return null;
  const port = node.ipProtocolInput === "-1" ? "any" : (node.fromPortInput ?? "any");
  return {
    broken: `port ${port} is open to the whole internet.`,
    instead:
      "Give your own address: ANALYZE_SSH_CIDR=203.0.113.7/32, or `npm run deploy -- --my-ip`; " +
      "or ANALYZE_ACCESS=ssm, which needs no open port.",
  };
};

const noInlineRules: Rule = (node) => {
  const isInline =
    (node instanceof SecurityGroup || node instanceof DefaultSecurityGroup) &&
    (node.ingressInput !== undefined || node.egressInput !== undefined);
  if (!isInline && !(node instanceof SecurityGroupRule)) return null;
  return {
    broken: "the security group has rules in a form that the other rules of this policy do not see.",
    instead: "Use VpcSecurityGroupIngressRule and VpcSecurityGroupEgressRule.",
  };
};

const noOpenEgress: Rule = (node) => {
  if (!(node instanceof VpcSecurityGroupEgressRule)) return null;
  if (isOnly(node, [443]) || !opensWorld(cidrsBeside(node))) return null;
  return {
    broken: "it may call any address on any port.",
    instead: "Name the port and the CIDR, a prefix list or a security group that it needs.",
  };
};

const noOpenApi: Rule = (node) => {
  if (!(node instanceof EksCluster)) return null;
  const { endpointPublicAccess, publicAccessCidrs = ["0.0.0.0/0"] } = node.vpcConfigInput ?? {};
  if (endpointPublicAccess === false || !opensWorld(publicAccessCidrs)) return null;
  return {
    broken: "the API server of the cluster is open to the whole internet.",
    instead: "Set endpointPublicAccess: false, or publicAccessCidrs to the callers: ANALYZE_API_CIDR=203.0.113.7/32.",
  };
};

const immutableTags: Rule = (node) => {
  if (!(node instanceof EcrRepository) || node.imageTagMutabilityInput === "IMMUTABLE") return null;
  return {
    broken: "a tag of this repository could be pushed over.",
    instead: 'Set imageTagMutability: "IMMUTABLE" and push every build under a new tag.',
  };
};

const onlyImdsV2: Rule = (node) => {
  if (!(node instanceof Instance || node instanceof LaunchTemplate)) return null;
  if (node.metadataOptionsInput?.httpTokens === "required") return null;
  return {
    broken: "the metadata service would answer without a token (IMDSv1), a way to the role's credentials.",
    instead: 'Set metadataOptions.httpTokens: "required".',
  };
};

const encryptedDisk: Rule = (node) => {
  if (!(node instanceof Instance) || node.rootBlockDeviceInput?.encrypted === true) return null;
  return { broken: "its root disk is not encrypted.", instead: "Set rootBlockDevice.encrypted: true." };
};

const privateBucket: Rule = (node) => {
  if (!(node instanceof S3Bucket)) return null;
  const blocked = node.node.scope?.node
    .findAll()
    .some((other) => other instanceof S3BucketPublicAccessBlock && other.restrictPublicBucketsInput === true);
  if (blocked === true) return null;
  return {
    broken: "nothing keeps this bucket from becoming public.",
    instead: "Put an S3BucketPublicAccessBlock beside it, with all four settings true.",
  };
};

export const rules: readonly Rule[] = [
  noOpenPort,
  noInlineRules,
  noOpenEgress,
  noOpenApi,
  immutableTags,
  onlyImdsV2,
  encryptedDisk,
  privateBucket,
];
