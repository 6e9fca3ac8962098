import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const stackShape = z.object({ resource: z.record(z.string(), z.record(z.string(), z.unknown())) });

/**
 * What moto lacks, each with its reason, as a Terraform override file: merged over the stack, which itself knows nothing of a
 * test. max_retries: a call that moto lacks answers 404 or 500, and the provider would try it 25 times.
 * s3_use_path_style: the emulator has one host name. Bucket policies: moto applies a Deny without looking at its condition,
 * so "nothing without TLS" would refuse everything. Rules to a prefix list: moto forgets their description.
 */
export function gaps(folder: string): object {
  const { resource } = stackShape.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
  const policies = Object.keys(resource["aws_s3_bucket_policy"] ?? {}).map((name) => [
    name,
    { policy: harmless(name) },
  ]);
  const toPrefixList = Object.entries(resource["aws_vpc_security_group_egress_rule"] ?? {})
    .filter(([, rule]) => typeof rule === "object" && rule !== null && "prefix_list_id" in rule)
    .map(([name]) => [name, { lifecycle: { ignore_changes: ["description"] } }]);
  return {
    provider: { aws: [{ max_retries: 1, s3_use_path_style: true }] },
    resource: {
      aws_s3_bucket_policy: Object.fromEntries(policies),
      aws_vpc_security_group_egress_rule: Object.fromEntries(toPrefixList),
    },
  };
}

function harmless(name: string): string {
  const statement = { Sid: name, Effect: "Allow", Principal: "*", Action: "s3:GetBucketLocation", Resource: "*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
