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
import { Vpc } from "@cdktf/provider-aws/lib/vpc/index.js";
import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { describe, expect, it } from "vitest";
import { UserError } from "@analyze/common/errors";
import { rules } from "./rules.ts";
import { tlsOnly } from "./tls-only.ts";
import { PolicyViolation } from "./enforce.ts";

type Add = (scope: Construct) => Construct;

/** The violations of one construct, as texts. */
function found(add: Add): string[] {
  const node = add(new TerraformStack(Testing.app(), "test"));
  return rules.flatMap((rule) => {
    const violation = rule(node);
    return violation === null ? [] : [`${violation.broken} ${violation.instead}`];
  });
}

const world = "0.0.0.0/0";
const rule = { securityGroupId: "sg-1", ipProtocol: "tcp" };
const port = (from: number, to = from): { fromPort: number; toPort: number } => ({ fromPort: from, toPort: to });
const host = { ami: "ami-1", instanceType: "t4g.micro" };
const disk = { rootBlockDevice: { encrypted: true } };
const token = { metadataOptions: { httpTokens: "required" } };

const inbound = (settings: object): Add => {
  return (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...settings });
};
const outbound = (settings: object): Add => {
  return (s) => new VpcSecurityGroupEgressRule(s, "x", { ...rule, ...settings });
};

/** The second construct, with the first in the same stack. */
const beside = (other: Add, add: Add): Add => {
  return (s) => {
    other(new Construct(s, "beside"));
    return add(s);
  };
};

/** A bucket in a separate construct, with a lock of these settings beside it. */
const locked = (settings: object): Add => {
  return (s) => {
    const scope = new Construct(s, "room");
    const bucket = new S3Bucket(scope, "x", {});
    new S3BucketPublicAccessBlock(scope, "lock", { bucket: bucket.bucket, ...settings });
    return bucket;
  };
};

const openPort = (name: string | number): string =>
  `port ${name} is open to the whole internet. Give your own address: ANALYZE_SSH_CIDR=203.0.113.7/32, or ` +
  "`npm run deploy -- --my-ip`; or ANALYZE_ACCESS=ssm, which needs no open port.";
const openWay =
  "it may call any address on any port. Name the port and the CIDR, a prefix list or a security group that it needs.";
const hidden =
  "the security group has rules in a form that the other rules of this policy do not see. " +
  "Use VpcSecurityGroupIngressRule and VpcSecurityGroupEgressRule.";
const openApi =
  "the API server of the cluster is open to the whole internet. Set endpointPublicAccess: false, or publicAccessCidrs to the callers: ANALYZE_API_CIDR=203.0.113.7/32.";
const softTag =
  'a tag of this repository could be pushed over. Set imageTagMutability: "IMMUTABLE" and push every build under a new tag.';
const imds =
  "the metadata service would answer without a token (IMDSv1), a way to the role's credentials. " +
  'Set metadataOptions.httpTokens: "required".';
const plainDisk = "its root disk is not encrypted. Set rootBlockDevice.encrypted: true.";
const openBucket =
  "nothing keeps this bucket from becoming public. Put an S3BucketPublicAccessBlock beside it, with all four settings true.";

describe("one violation, by its message", () => {
  it.each<{ what: string; add: Add; says: string }>([
    { what: "SSH from the world", add: inbound({ ...port(22), cidrIpv4: world }), says: openPort(22) },
    { what: "a rule without ports", add: inbound({ cidrIpv4: world }), says: openPort("any") },
    { what: "443 and the next", add: inbound({ ...port(443, 444), cidrIpv4: world }), says: openPort(443) },
    { what: "443 and one before", add: inbound({ ...port(442, 443), cidrIpv4: world }), says: openPort(442) },
    { what: "443 over UDP", add: inbound({ ...port(443), ipProtocol: "udp", cidrIpv4: world }), says: openPort(443) },
    {
      what: "every protocol",
      add: inbound({ ...port(443), ipProtocol: "-1", cidrIpv4: world }),
      says: openPort("any"),
    },
    { what: "more than a /8", add: inbound({ ...port(22), cidrIpv4: "1.0.0.0/7" }), says: openPort(22) },
    { what: "calls to port 80 of the world", add: outbound({ ...port(80), cidrIpv4: world }), says: openWay },
    { what: "calls to 443 and the next", add: outbound({ ...port(443, 444), cidrIpv4: world }), says: openWay },
    { what: "calls over UDP", add: outbound({ ...port(443), ipProtocol: "udp", cidrIpv4: world }), says: openWay },
    { what: "calls by IPv6", add: outbound({ ...port(22), cidrIpv6: "::/0" }), says: openWay },
    { what: "ingress in a group", add: (s) => new SecurityGroup(s, "x", { ingress: [] }), says: hidden },
    { what: "egress in a group", add: (s) => new SecurityGroup(s, "x", { egress: [] }), says: hidden },
    {
      what: "egress in the default group",
      add: (s) => new DefaultSecurityGroup(s, "x", { vpcId: "vpc-1", egress: [] }),
      says: hidden,
    },
    {
      what: "a rule of the older kind",
      add: (s) =>
        new SecurityGroupRule(s, "x", { ...port(22), type: "ingress", protocol: "tcp", securityGroupId: "s" }),
      says: hidden,
    },
    {
      what: "an API server by AWS's defaults",
      add: (s) => new EksCluster(s, "x", { name: "x", roleArn: "arn", vpcConfig: { subnetIds: ["subnet-1"] } }),
      says: openApi,
    },
    {
      what: "a tag that moves",
      add: (s) => new EcrRepository(s, "x", { name: "x", imageTagMutability: "MUTABLE" }),
      says: softTag,
    },
    {
      what: "a host with optional tokens",
      add: (s) => new Instance(s, "x", { ...host, ...disk, metadataOptions: { httpTokens: "optional" } }),
      says: imds,
    },
    { what: "a template without settings", add: (s) => new LaunchTemplate(s, "x", {}), says: imds },
    {
      what: "a disk in the clear",
      add: (s) => new Instance(s, "x", { ...host, ...token, rootBlockDevice: { encrypted: false } }),
      says: plainDisk,
    },
    { what: "a bucket without a lock", add: (s) => new S3Bucket(s, "x", {}), says: openBucket },
    { what: "a lock that is open", add: locked({ restrictPublicBuckets: false }), says: openBucket },
  ])("$what", ({ add, says }) => {
    expect(found(add)).toEqual([says]);
  });
});

describe("no violation", () => {
  it.each<{ what: string; add: Add }>([
    { what: "HTTP from the world", add: inbound({ ...port(80), cidrIpv4: world }) },
    { what: "HTTPS from the world by IPv6", add: inbound({ ...port(443), cidrIpv6: "::/0" }) },
    { what: "SSH from a /8", add: inbound({ ...port(22), cidrIpv4: "10.0.0.0/8" }) },
    {
      what: "SSH from a network that only Terraform knows",
      add: (s) => inbound({ ...port(22), cidrIpv4: new Vpc(s, "v", { cidrBlock: "10.0.0.0/16" }).cidrBlock })(s),
    },
    { what: "every port from another group", add: inbound({ ipProtocol: "-1", referencedSecurityGroupId: "sg-2" }) },
    {
      what: "a /8 for one port, beside another /8 for the ports above",
      add: beside(
        inbound({ ...port(22, 24), cidrIpv4: "2.0.0.0/8" }),
        inbound({ ...port(20, 21), cidrIpv4: "1.0.0.0/8" }),
      ),
    },
    {
      what: "a /8 for one port, beside another /8 for the ports below",
      add: beside(
        inbound({ ...port(20, 21), cidrIpv4: "2.0.0.0/8" }),
        inbound({ ...port(22, 24), cidrIpv4: "1.0.0.0/8" }),
      ),
    },
    {
      what: "requests from a /8, beside calls to another",
      add: beside(outbound({ ...port(22), cidrIpv4: "2.0.0.0/8" }), inbound({ ...port(22), cidrIpv4: "1.0.0.0/8" })),
    },
    { what: "calls to a database in the network", add: outbound({ ...port(5432), cidrIpv4: "10.73.0.0/24" }) },
    { what: "a group without rules", add: (s) => new SecurityGroup(s, "x", {}) },
    { what: "the default group without rules", add: (s) => new DefaultSecurityGroup(s, "x", { vpcId: "vpc-1" }) },
    { what: "tags that stay", add: (s) => new EcrRepository(s, "x", { name: "x", imageTagMutability: "IMMUTABLE" }) },
    { what: "a careful template", add: (s) => new LaunchTemplate(s, "x", token) },
    { what: "a careful host", add: (s) => new Instance(s, "x", { ...host, ...disk, ...token }) },
    { what: "a bucket with its lock", add: locked({ restrictPublicBuckets: true }) },
  ])("$what", ({ add }) => {
    expect(found(add)).toEqual([]);
  });
});

it("a violation is a UserError that says where, what and what to do instead", () => {
  const violation = new PolicyViolation("dev/host", "it is open.", "Close it.");
  expect(violation).toBeInstanceOf(UserError);
  expect(violation).toMatchObject({ name: "PolicyViolation", message: "dev/host: it is open. Close it." });
});

it("a bucket's policy denies everyone every action without TLS, on the bucket and in it, and allows nothing", () => {
  const { Statement: statements } = JSON.parse(tlsOnly("arn:aws:s3:::b"));
  expect(JSON.parse(tlsOnly("arn:aws:s3:::b")).Version).toBe("2012-10-17");
  expect(statements).toEqual([
    {
      Sid: "NothingWithoutTls",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
});
