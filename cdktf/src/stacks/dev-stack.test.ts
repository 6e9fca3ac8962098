import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Testing } from "cdktf";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { config, release } from "../../test/support/fixture.ts";
import type { Release } from "../release/release.ts";
import { DevStack } from "./dev-stack.ts";

const shape = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
  data: z.record(z.string(), z.record(z.string(), z.object({ name: z.string() }))),
  terraform: z.object({ backend: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

const policyShape = z.object({ Statement: z.array(z.unknown()) });

let archive: Release;
beforeAll(async () => {
  archive = await release();
});

function synth(changes: NodeJS.ProcessEnv = {}): string {
  return Testing.synth(new DevStack(Testing.app(), "dev", config(changes), archive));
}

function parsed(changes: NodeJS.ProcessEnv = {}): z.infer<typeof shape> {
  return shape.parse(JSON.parse(synth(changes)));
}

it("has these resources and no other", () => {
  const counts = Object.entries(parsed().resource).map(([type, all]) => `${type} ${Object.keys(all).length}`);
  expect(counts).toMatchInlineSnapshot(`
    [
      "aws_cloudwatch_metric_alarm 1",
      "aws_default_security_group 1",
      "aws_ecr_lifecycle_policy 3",
      "aws_ecr_repository 3",
      "aws_eip 1",
      "aws_iam_instance_profile 1",
      "aws_iam_role 1",
      "aws_iam_role_policy 1",
      "aws_instance 1",
      "aws_internet_gateway 1",
      "aws_key_pair 1",
      "aws_route 1",
      "aws_route_table 1",
      "aws_route_table_association 1",
      "aws_s3_bucket 1",
      "aws_s3_bucket_policy 1",
      "aws_s3_bucket_public_access_block 1",
      "aws_s3_bucket_server_side_encryption_configuration 1",
      "aws_s3_bucket_versioning 1",
      "aws_s3_object 2",
      "aws_security_group 1",
      "aws_subnet 1",
      "aws_vpc 1",
      "aws_vpc_endpoint 1",
      "aws_vpc_security_group_egress_rule 1",
      "aws_vpc_security_group_ingress_rule 1",
    ]
  `);
});

it("scans every push and lets no tag be pushed over", () => {
  expect(
    Testing.toHaveResourceWithProperties(synth(), EcrRepository.tfResourceType, {
      name: "analyze-dev/web",
      image_tag_mutability: "IMMUTABLE",
      image_scanning_configuration: { scan_on_push: true },
    }),
  ).toBe(true);
});

it("keeps a token of the metadata service to the host itself", () => {
  const metadata = { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 };
  expect(Testing.toHaveResourceWithProperties(synth(), Instance.tfResourceType, { metadata_options: metadata })).toBe(
    true,
  );
});

it("lets the host read releases and pull exactly our images", () => {
  const [rights] = Object.values(parsed().resource["aws_iam_role_policy"] ?? {});
  const { Statement } = policyShape.parse(JSON.parse(String(rights?.["policy"])));
  expect(Statement).toEqual([
    {
      Sid: "ReadReleases",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: expect.stringMatching("releases_bucket.*/client/\\*$"),
    },
    { Sid: "RegistryLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullOurImages",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: ["image-web_", "image-worker_", "image-client_"].map((name) => expect.stringContaining(name)),
    },
  ]);
});

it("opens SSH to the one CIDR that was given", () => {
  const rules = Object.values(parsed().resource[VpcSecurityGroupIngressRule.tfResourceType] ?? {});
  expect(rules).toMatchObject([{ from_port: 22, to_port: 22, cidr_ipv4: "203.0.113.7/32" }]);
});

it("opens no port and takes no key for Session Manager, and pays for its three endpoints instead", () => {
  const { resource } = parsed({ ANALYZE_ACCESS: "ssm" });
  expect(resource["aws_key_pair"]).toBeUndefined();
  const open = Object.values(resource[VpcSecurityGroupIngressRule.tfResourceType] ?? {});
  expect(open.filter((rule) => "cidr_ipv4" in rule)).toEqual([]);
  const endpoints = Object.values(resource["aws_vpc_endpoint"] ?? {}).map((endpoint) => endpoint["service_name"]);
  expect(endpoints).toHaveLength(4);
});

it.each([
  ["t4g.micro", "arm64"],
  ["c7gd.large", "arm64"],
  ["t3.micro", "x86_64"],
  ["g5.xlarge", "x86_64"],
  ["c6i.large", "x86_64"],
])("boots %s from an image for %s", (type, processor) => {
  const images = Object.values(parsed({ ANALYZE_INSTANCE_TYPE: type }).data["aws_ssm_parameter"] ?? {});
  expect(images.map(({ name }) => name.split("-").at(-1))).toEqual([processor]);
});

it("names no bundle and no setting in what makes a host: neither replaces it", async () => {
  const before = parsed().resource["aws_instance"];
  archive = await release("another bundle");
  expect(parsed({ ANALYZE_SCHEDULE: "*/5 * * * *" }).resource["aws_instance"]).toEqual(before);
});

it("is the same on every machine and at every time", () => {
  expect(synth()).toBe(synth());
  expect(parsed().terraform.backend).toEqual({ local: { path: "../../../state/dev.tfstate" } });
});

it("keeps its state in S3, with S3's own lock, by one setting", () => {
  expect(parsed({ ANALYZE_STATE_BUCKET: "analyze-state" }).terraform.backend).toEqual({
    s3: { bucket: "analyze-state", key: "dev.tfstate", region: "eu-central-1", encrypt: true, use_lockfile: true },
  });
});

it("is refused when SSH would be open to the world", () => {
  expect(() => synth({ ANALYZE_SSH_CIDR: "0.0.0.0/0" })).toThrow(/port 22 is open to the whole internet/);
});
