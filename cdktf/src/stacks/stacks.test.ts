import os from "node:os";
import { matchesGlob } from "node:path";
import { syncBuiltinESMExports } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { supported } from "../../../deploy/support/dates.ts";
import { all, synthesise, synthText } from "../../test/support/synthesised.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  syncBuiltinESMExports();
});

/** Synthesises as another machine would at another time. */
function elsewhere<T>(machine: string, now: string, work: () => T): T {
  vi.useFakeTimers({ now: new Date(now), toFake: ["Date"] });
  vi.spyOn(os, "hostname").mockReturnValue(machine);
  vi.spyOn(os, "userInfo").mockReturnValue({ username: machine, uid: 1, gid: 1, shell: null, homedir: `/${machine}` });
  vi.spyOn(os, "homedir").mockReturnValue(`/${machine}`);
  vi.spyOn(Math, "random").mockReturnValue(machine.length / 100);
  vi.stubEnv("USER", machine);
  vi.stubEnv("HOSTNAME", machine);
  syncBuiltinESMExports();
  return work();
}

interface LifecycleRule {
  selection: { tagStatus: "any" | "tagged" | "untagged"; tagPatternList?: string[] };
}

/** The rules of ECR that count an image with this tag; undefined: it has none. */
function selectedBy(tag: string | undefined, rules: readonly LifecycleRule[]): number[] {
  const isSelected = ({ selection: { tagStatus, tagPatternList = [] } }: LifecycleRule): boolean =>
    tagStatus === "tagged"
      ? tag !== undefined && tagPatternList.some((pattern) => matchesGlob(tag, pattern))
      : tagStatus === "any" || tag === undefined;
  return rules.flatMap((rule, index) => (isSelected(rule) ? [index] : []));
}

const kmsOrAws = [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" }, bucket_key_enabled: true }];

describe.each(["dev", "prod"] as const)("stage %s", (stage) => {
  const stack = synthesise(stage);

  it("is the same on every machine and at every time", () => {
    const here = elsewhere("anna", "2026-01-31T23:59:59Z", () => synthText(stage));
    expect(elsewhere("berta-2", "2031-07-01T00:00:00Z", () => synthText(stage))).toBe(here);
  });

  it("tags everything with the project and the stage", () => {
    const tags = { project: "analyze", stage, "managed-by": "cdktf" };
    expect(stack.provider.aws).toMatchObject([{ default_tags: [{ tags }] }]);
  });

  it("needs the provider whose support is watched", () => {
    const { version } = stack.terraform.required_providers.aws;
    expect(supported).toContainEqual(expect.objectContaining({ what: "Terraform's AWS provider", version }));
  });

  it("keeps its state in a separate file, relative to the stack", () => {
    expect(stack.terraform.backend).toEqual({ local: { path: `../../../state/${stage}.tfstate` } });
  });

  it("keeps its state in S3, with S3's own lock, by one setting", () => {
    const s3 = { bucket: "analyze-state", region: "eu-central-1", encrypt: true, use_lockfile: true };
    expect(synthesise(stage, { ANALYZE_STATE_BUCKET: "analyze-state" }).terraform.backend).toEqual({
      s3: { ...s3, key: `${stage}.tfstate` },
    });
  });

  it("counts releases apart from builds, and no rule deletes untagged images, such as signatures", () => {
    const policies = all(stack, "aws_ecr_lifecycle_policy").map(({ policy }) => JSON.parse(String(policy)).rules);
    expect(policies.length).toBeGreaterThan(0);
    for (const rules of policies) {
      expect(selectedBy(undefined, rules)).toEqual([]);
      expect(["0.2.0", "v3.2.2", "8.1"].map((tag) => selectedBy(tag, rules))).toEqual([[0], [0], [0]]);
      expect(selectedBy("src-0123456789abcdef", rules)).toEqual([1]);
    }
  });

  it("has a repository for each image, with a scan at every push and immutable tags", () => {
    const repositories = all(stack, "aws_ecr_repository");
    const names = repositories.map(({ name }) => name);
    expect(names).toEqual(["client", "web", "worker"].map((image) => `analyze-${stage}/${image}`));
    for (const repository of repositories) {
      expect(repository).toMatchObject({
        image_tag_mutability: "IMMUTABLE",
        image_scanning_configuration: { scan_on_push: true },
      });
    }
  });

  it("locks, versions and encrypts every bucket", () => {
    const buckets = Object.keys(stack.resource["aws_s3_bucket"] ?? {}).map(
      (name) => `\${aws_s3_bucket.${name}.bucket}`,
    );
    expect(buckets.length).toBeGreaterThan(0);
    for (const [type, rest] of [
      ["aws_s3_bucket_public_access_block", { restrict_public_buckets: true, block_public_policy: true }],
      ["aws_s3_bucket_versioning", { versioning_configuration: { status: "Enabled" } }],
      ["aws_s3_bucket_server_side_encryption_configuration", { rule: kmsOrAws }],
      ["aws_s3_bucket_policy", { policy: expect.stringContaining('"aws:SecureTransport":"false"') }],
    ] as const) {
      expect(all(stack, type)).toEqual(buckets.map((bucket) => expect.objectContaining({ bucket, ...rest })));
    }
  });

  it("can exist in two regions of one account: global names differ", () => {
    const once = ["aws_budgets_budget", "aws_iam_instance_profile", "aws_iam_policy", "aws_iam_role", "aws_s3_bucket"];
    const names = (region: string): string[] => {
      const there = synthesise(stage, { AWS_REGION: region });
      const given = once.flatMap((type) => all(there, type)).map(({ name, bucket }) => name ?? bucket);
      return given.filter((name) => name !== undefined).map(String);
    };
    const here = names("eu-central-1");
    expect(here).toHaveLength(stage === "dev" ? 0 : 1);
    expect(names("eu-west-1").filter((name) => here.includes(name))).toEqual([]);
  });

  it("empties the default security group of every network", () => {
    const vpcs = Object.keys(stack.resource["aws_vpc"] ?? {}).map((name) => `\${aws_vpc.${name}.id}`);
    const closed = all(stack, "aws_default_security_group");
    expect(new Set(closed.map(({ vpc_id }) => vpc_id))).toEqual(new Set(vpcs));
    for (const group of closed) expect(group).not.toHaveProperty("ingress");
  });

  it("uses zones as AWS names them, and keeps them", () => {
    const subnets = all(stack, "aws_subnet");
    const zones = new Set(subnets.map(({ availability_zone }) => availability_zone));
    expect(zones.size).toBe(stage === "dev" ? 1 : 3);
    for (const zone of zones) expect(zone).toMatch(/^\$\{data\.aws_availability_zones\.\w+\.names\.\d\}$/);
    for (const { lifecycle } of subnets) expect(lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
  });

  it("limits a token of the metadata service to the host itself", () => {
    const metadata = { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 };
    for (const host of [...all(stack, "aws_instance"), ...all(stack, "aws_launch_template")]) {
      expect(host).toMatchObject({ metadata_options: metadata });
    }
  });
});

it("creates nothing in dev that is billed by the hour, except the host and its address", () => {
  const hourly = /nat_gateway|_alb|_lb$|eks|wafv2|kms_key|secretsmanager|inspector|flow_log/;
  const { resource } = synthesise("dev");
  expect(Object.keys(resource).filter((type) => hourly.test(type))).toEqual([]);
  expect(all(synthesise("dev"), "aws_vpc_endpoint").filter((one) => one["vpc_endpoint_type"] === "Interface")).toEqual(
    [],
  );
  expect([all(synthesise("dev"), "aws_instance").length, all(synthesise("dev"), "aws_eip").length]).toEqual([1, 1]);
});

it("encrypts every log group of prod with the stage's key, with a retention of one year", () => {
  for (const group of all(synthesise("prod"), "aws_cloudwatch_log_group")) {
    expect(group).toMatchObject({
      retention_in_days: 365,
      kms_key_id: expect.stringMatching(/^\$\{aws_kms_key\.key_/),
    });
  }
});
