import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import type { IConstruct } from "constructs";

/** What is wrong with a construct and what to do instead, or null when the rule has nothing against it. */
export type Rule = (node: IConstruct) => { broken: string; instead: string } | null;

const anywhere = new Set(["0.0.0.0/0", "::/0"]);
const publicPorts = new Set([80, 443]);

const noOpenPort: Rule = (node) => {
  if (!(node instanceof VpcSecurityGroupIngressRule)) return null;
  if (!anywhere.has(node.cidrIpv4Input ?? "") && !anywhere.has(node.cidrIpv6Input ?? "")) return null;
  if (
    node.fromPortInput !== undefined &&
    node.fromPortInput === node.toPortInput &&
    publicPorts.has(node.fromPortInput)
  )
    return null;
  return {
    broken: `port ${node.fromPortInput ?? "any"} is open to the whole internet.`,
    instead:
      "Give your own address: ANALYZE_SSH_CIDR=203.0.113.7/32, or `npm run deploy -- --my-ip`; " +
      "or ANALYZE_ACCESS=ssm, which needs no open port.",
  };
};

const noInlineRules: Rule = (node) => {
  if (!(node instanceof SecurityGroup)) return null;
  if (node.ingressInput === undefined && node.egressInput === undefined) return null;
  return {
    broken: "the security group has rules written inside it, where no other rule of this policy sees them.",
    instead: "Use VpcSecurityGroupIngressRule and VpcSecurityGroupEgressRule.",
  };
};

const noOpenEgress: Rule = (node) => {
  if (!(node instanceof VpcSecurityGroupEgressRule)) return null;
  if (!anywhere.has(node.cidrIpv4Input ?? "") && !anywhere.has(node.cidrIpv6Input ?? "")) return null;
  if (node.fromPortInput === 443 && node.toPortInput === 443) return null;
  return {
    broken: "it may call any address on any port.",
    instead: "Name the port and the CIDR, a prefix list or a security group that it needs.",
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
  if (!(node instanceof Instance) || node.metadataOptionsInput?.httpTokens === "required") return null;
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
  immutableTags,
  onlyImdsV2,
  encryptedDisk,
  privateBucket,
];
