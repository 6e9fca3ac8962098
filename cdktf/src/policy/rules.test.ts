import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group/index.js";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { EksCluster, type EksClusterVpcConfig } from "@cdktf/provider-aws/lib/eks-cluster/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { SecurityGroupRule } from "@cdktf/provider-aws/lib/security-group-rule/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Testing } from "cdktf";
import type { Construct } from "constructs";
import { expect, it } from "vitest";
import { AnalyzeStack } from "../stacks/analyze-stack.ts";

function synth(add: (scope: Construct) => void): string {
  const stack = new AnalyzeStack(Testing.app(), "test", {
    stage: "dev",
    region: "eu-central-1",
    stateBucket: null,
    permissionsBoundary: null,
  });
  add(stack);
  return Testing.synth(stack);
}

const rule = { securityGroupId: "sg-1", ipProtocol: "tcp" };
const https = { fromPort: 443, toPort: 443 };
const ssh = { fromPort: 22, toPort: 22 };
const disk = { rootBlockDevice: { encrypted: true } };
const imdsV2 = { metadataOptions: { httpTokens: "required" } };

function cluster(scope: Construct, access: Partial<EksClusterVpcConfig>): void {
  new EksCluster(scope, "x", { name: "x", roleArn: "arn", vpcConfig: { subnetIds: ["subnet-1"], ...access } });
}

it.each<[what: string, message: RegExp, add: (scope: Construct) => void]>([
  [
    "SSH from everywhere",
    /test\/x: port 22 is open to the whole internet\. .*--my-ip/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...ssh, cidrIpv4: "0.0.0.0/0" }),
  ],
  [
    "SSH from everywhere by IPv6",
    /port 22 is open/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...ssh, cidrIpv6: "::/0" }),
  ],
  [
    "all ports from everywhere",
    /port any is open/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }),
  ],
  [
    "a range that has 443 in it",
    /port 22 is open/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, fromPort: 22, toPort: 443, cidrIpv4: "0.0.0.0/0" }),
  ],
  [
    "443 of every protocol from everywhere",
    /port any is open/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...https, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }),
  ],
  ...["0.0.0.0/1", "0.0.0.0/00", "0.0.0.0/7", "everywhere"].map(
    (cidrIpv4): [string, RegExp, (scope: Construct) => void] => [
      `SSH from ${cidrIpv4}`,
      /port 22 is open/,
      (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...ssh, cidrIpv4 }),
    ],
  ),
  [
    "SSH from half of IPv6",
    /port 22 is open/,
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...ssh, cidrIpv6: "::/1" }),
  ],
  [
    "SSH from a /8 at a time",
    /port 22 is open/,
    (s) => {
      for (const first of [1, 2]) {
        new VpcSecurityGroupIngressRule(s, `x${first}`, { ...rule, ...ssh, cidrIpv4: `${first}.0.0.0/8` });
      }
    },
  ],
  [
    "two halves of the world as ranges of ports that share one",
    /port \d+ is open/,
    (s) => {
      const low = { ...rule, fromPort: 20, toPort: 22, cidrIpv4: "1.0.0.0/8" };
      new VpcSecurityGroupIngressRule(s, "low", low);
      new VpcSecurityGroupIngressRule(s, "high", { ...low, fromPort: 22, toPort: 24, cidrIpv4: "2.0.0.0/8" });
    },
  ],
  [
    "any port to half of the world",
    /Name the port/,
    (s) => new VpcSecurityGroupEgressRule(s, "x", { ...rule, ipProtocol: "-1", cidrIpv4: "128.0.0.0/1" }),
  ],
  [
    "rules of the older kind",
    /VpcSecurityGroupIngressRule/,
    (s) => new SecurityGroupRule(s, "x", { ...ssh, type: "ingress", protocol: "tcp", securityGroupId: "sg-1" }),
  ],
  [
    "rules inside the default group",
    /VpcSecurityGroupIngressRule/,
    (s) => new DefaultSecurityGroup(s, "x", { vpcId: "vpc-1", ingress: [{ protocol: "-1", fromPort: 0, toPort: 0 }] }),
  ],
  ["an API server that anyone can call", /API server/, (s) => cluster(s, { endpointPublicAccess: true })],
  [
    "an API server for half of the world",
    /ANALYZE_API_CIDR/,
    (s) => cluster(s, { endpointPublicAccess: true, publicAccessCidrs: ["0.0.0.0/1"] }),
  ],
  ["a template of hosts with IMDSv1", /httpTokens: "required"/, (s) => new LaunchTemplate(s, "x", {})],
  [
    "any port to everywhere",
    /Name the port/,
    (s) => new VpcSecurityGroupEgressRule(s, "x", { ...rule, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" }),
  ],
  [
    "rules inside a group",
    /VpcSecurityGroupIngressRule/,
    (s) => new SecurityGroup(s, "x", { ingress: [{ protocol: "-1" }] }),
  ],
  [
    "a tag that can be pushed over",
    /IMMUTABLE/,
    (s) => new EcrRepository(s, "x", { name: "x", imageTagMutability: "MUTABLE" }),
  ],
  ["a tag by ECR's default", /IMMUTABLE/, (s) => new EcrRepository(s, "x", { name: "x" })],
  [
    "IMDSv1",
    /httpTokens: "required"/,
    (s) => new Instance(s, "x", { ami: "ami-1", instanceType: "t4g.micro", ...disk }),
  ],
  [
    "a plain disk",
    /encrypted: true/,
    (s) => new Instance(s, "x", { ami: "ami-1", instanceType: "t4g.micro", ...imdsV2 }),
  ],
  ["a bucket without a lock", /S3BucketPublicAccessBlock/, (s) => new S3Bucket(s, "x", {})],
])("rejects %s at synth and says what to do", (_, message, add) => {
  expect(() => synth(add)).toThrow(message);
});

it.each<[what: string, add: (scope: Construct) => void]>([
  [
    "SSH from one address",
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...ssh, cidrIpv4: "203.0.113.7/32" }),
  ],
  [
    "HTTPS from everywhere",
    (s) => new VpcSecurityGroupIngressRule(s, "x", { ...rule, ...https, cidrIpv4: "0.0.0.0/0" }),
  ],
  ["HTTPS to everywhere", (s) => new VpcSecurityGroupEgressRule(s, "x", { ...rule, ...https, cidrIpv4: "0.0.0.0/0" })],
  [
    "SSH for two groups from a /8 each",
    (s) => {
      for (const [index, cidrIpv4] of ["1.0.0.0/8", "2.0.0.0/8"].entries()) {
        new VpcSecurityGroupIngressRule(s, `x${index}`, { ...rule, ...ssh, securityGroupId: `sg-${index}`, cidrIpv4 });
      }
    },
  ],
  [
    "an API server for one address",
    (s) => cluster(s, { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.7/32"] }),
  ],
  ["an API server inside the network", (s) => cluster(s, { endpointPublicAccess: false })],
  ["a careful host", (s) => new Instance(s, "x", { ami: "ami-1", instanceType: "t4g.micro", ...disk, ...imdsV2 })],
])("accepts %s", (_, add) => {
  expect(() => synth(add)).not.toThrow();
});
