import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { expect, it } from "vitest";
import { boundRoles } from "./bound-roles.ts";

const arn = "arn:aws:iam::123456789012:policy/boundary";

/** The stack's resources by type and name, with a role beside a bucket, each within a construct. */
function resourcesWith(boundary: string | null): Record<string, Record<string, object>> {
  const stack = new TerraformStack(Testing.app(), "test");
  new AwsProvider(stack, "aws");
  const inner = new Construct(stack, "inner");
  new IamRole(inner, "role", { assumeRolePolicy: "{}" });
  new S3Bucket(inner, "bucket");
  boundRoles(stack, boundary);
  return JSON.parse(Testing.synth(stack, true)).resource;
}

it("every role below the scope is under the boundary, and nothing else", () => {
  const { aws_iam_role: roles, aws_s3_bucket: buckets } = resourcesWith(arn);
  expect(Object.values(roles ?? {})).toEqual([expect.objectContaining({ permissions_boundary: arn })]);
  expect(JSON.stringify(buckets)).not.toContain("boundary");
});

it("without a boundary, roles have none", () => {
  expect(JSON.stringify(resourcesWith(null))).not.toContain("permissions_boundary");
});
