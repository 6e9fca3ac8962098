import { describe, expect, it } from "vitest";
import { all, synthesise, synthText } from "../../test/support/synthesised.ts";

/** How many there are of each resource. */
const resources = {
  dev: {
    aws_cloudwatch_metric_alarm: 1,
    aws_default_security_group: 1,
    aws_ecr_lifecycle_policy: 3,
    aws_ecr_repository: 3,
    aws_eip: 1,
    aws_iam_instance_profile: 1,
    aws_iam_role: 1,
    aws_iam_role_policy: 1,
    aws_instance: 1,
    aws_internet_gateway: 1,
    aws_key_pair: 1,
    aws_route: 1,
    aws_route_table: 1,
    aws_route_table_association: 1,
    aws_s3_bucket: 1,
    aws_s3_bucket_policy: 1,
    aws_s3_bucket_public_access_block: 1,
    aws_s3_bucket_server_side_encryption_configuration: 1,
    aws_s3_bucket_versioning: 1,
    aws_s3_object: 2,
    aws_security_group: 1,
    aws_subnet: 1,
    aws_vpc: 1,
    aws_vpc_endpoint: 1,
    aws_vpc_security_group_egress_rule: 1,
    aws_vpc_security_group_ingress_rule: 1,
  },
  prod: {
    aws_acm_certificate: 1,
    aws_acm_certificate_validation: 1,
    aws_alb: 1,
    aws_alb_listener: 2,
    aws_alb_target_group: 1,
    aws_budgets_budget: 1,
    aws_cloudwatch_log_group: 5,
    aws_cloudwatch_log_metric_filter: 2,
    aws_cloudwatch_metric_alarm: 6,
    aws_default_security_group: 2,
    aws_ecr_lifecycle_policy: 3,
    aws_ecr_repository: 3,
    aws_eip: 2,
    aws_eks_access_entry: 2,
    aws_eks_access_policy_association: 2,
    aws_eks_addon: 5,
    aws_eks_cluster: 1,
    aws_eks_node_group: 1,
    aws_eks_pod_identity_association: 2,
    aws_flow_log: 1,
    aws_iam_instance_profile: 1,
    aws_iam_role: 7,
    aws_iam_role_policy: 5,
    aws_iam_role_policy_attachment: 4,
    aws_inspector2_enabler: 1,
    aws_instance: 1,
    aws_internet_gateway: 2,
    aws_key_pair: 1,
    aws_kms_alias: 1,
    aws_kms_key: 1,
    aws_lambda_function: 1,
    aws_lambda_permission: 1,
    aws_launch_template: 1,
    aws_nat_gateway: 1,
    aws_route: 4,
    aws_route53_record: 2,
    aws_route_table: 4,
    aws_route_table_association: 5,
    aws_s3_bucket: 1,
    aws_s3_bucket_policy: 1,
    aws_s3_bucket_public_access_block: 1,
    aws_s3_bucket_server_side_encryption_configuration: 1,
    aws_s3_bucket_versioning: 1,
    aws_s3_object: 2,
    aws_secretsmanager_secret: 1,
    aws_secretsmanager_secret_rotation: 1,
    aws_security_group: 2,
    aws_sns_topic: 1,
    aws_sns_topic_subscription: 1,
    aws_subnet: 5,
    aws_vpc: 2,
    aws_vpc_endpoint: 2,
    aws_vpc_security_group_egress_rule: 3,
    aws_vpc_security_group_ingress_rule: 4,
    aws_wafv2_web_acl: 1,
    aws_wafv2_web_acl_association: 1,
    aws_wafv2_web_acl_logging_configuration: 1,
  },
} as const;

describe.each(["dev", "prod"] as const)("stage %s", (stage) => {
  it("has these resources and no other", () => {
    const { resource } = synthesise(stage);
    const counts = Object.entries(resource).map(([type, named]) => [type, Object.keys(named).length]);
    expect(Object.fromEntries(counts)).toEqual(resources[stage]);
  });

  it("scans every push and lets no tag be pushed over", () => {
    const repository = { image_tag_mutability: "IMMUTABLE", image_scanning_configuration: { scan_on_push: true } };
    const repositories = all(synthesise(stage), "aws_ecr_repository");
    expect(repositories).toMatchObject([repository, repository, repository]);
    const names = repositories.map(({ name }) => name);
    expect(names).toEqual(["client", "web", "worker"].map((image) => `analyze-${stage}/${image}`));
  });

  it("keeps a token of the metadata service to the host itself", () => {
    const metadata = { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 };
    expect(all(synthesise(stage), "aws_instance")).toMatchObject([{ metadata_options: metadata }]);
  });

  it("is the same on every machine and at every time", () => {
    expect(synthText(stage)).toBe(synthText(stage));
    expect(synthesise(stage).terraform.backend).toEqual({ local: { path: `../../../state/${stage}.tfstate` } });
  });

  it("keeps its state in S3, with S3's own lock, by one setting", () => {
    const s3 = { bucket: "analyze-state", region: "eu-central-1", encrypt: true, use_lockfile: true };
    expect(synthesise(stage, { ANALYZE_STATE_BUCKET: "analyze-state" }).terraform.backend).toEqual({
      s3: { ...s3, key: `${stage}.tfstate` },
    });
  });

  it("is refused when SSH would be open to the world", () => {
    expect(() => synthText(stage, { ANALYZE_SSH_CIDR: "0.0.0.0/0" })).toThrow(/port 22 is open to the whole internet/);
  });
});
