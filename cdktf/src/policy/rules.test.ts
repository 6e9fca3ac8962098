import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Testing } from "cdktf";
import type { Construct } from "constructs";
import { expect, it } from "vitest";
import { AnalyzeStack } from "../stacks/analyze-stack.ts";

function synth(add: (scope: Construct) => void): string {
  const stack = new AnalyzeStack(Testing.app(), "test", { stage: "dev", region: "eu-central-1", stateBucket: null });
  add(stack);
  return Testing.synth(stack);
}

const rule = { securityGroupId: "sg-1", ipProtocol: "tcp" };
const https = { fromPort: 443, toPort: 443 };
const ssh = { fromPort: 22, toPort: 22 };
const disk = { rootBlockDevice: { encrypted: true } };
const imdsV2 = { metadataOptions: { httpTokens: "required" } };

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
])("refuses %s at synth and says what to do", (_, message, add) => {
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
  ["a careful host", (s) => new Instance(s, "x", { ami: "ami-1", instanceType: "t4g.micro", ...disk, ...imdsV2 })],
])("lets %s through", (_, add) => {
  expect(() => synth(add)).not.toThrow();
});
