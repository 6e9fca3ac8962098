import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const stackShape = z.object({
  data: z.record(z.string(), z.record(z.string(), z.unknown())),
  resource: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
});

type Overrides = Record<string, unknown>;

/**
 * What moto 5.2.1 lacks, each with its reason, as a Terraform override file: merged over the stack, which has nothing
 * of a test. A gap that closes is detected: a test plans resources in `absent` by name, and checks all others for
 * drift.
 */
const byType: Readonly<Record<string, (name: string, resource: object) => Overrides | null>> = {
  // A Deny is applied without its condition: "nothing without TLS" would deny everything.
  aws_s3_bucket_policy: (name) => ({ policy: harmless(name) }),
  // Rules to a prefix list or a group lose their description. EKS's group for a cluster has an ID but does not exist.
  aws_vpc_security_group_egress_rule: (_, rule) =>
    "prefix_list_id" in rule ? ignore("description") : standIn("referenced_security_group_id", rule),
  aws_vpc_security_group_ingress_rule: (_, rule) => standIn("security_group_id", rule),
  // Describe calls do not return them, so Terraform would create them again.
  aws_eks_cluster: () => ignore("access_config", "bootstrap_self_managed_addons", "upgrade_policy"),
  aws_eks_node_group: () => ignore("launch_template", "remote_access", "update_config"),
  // No call changes the key of an existing group.
  aws_cloudwatch_log_group: () => ignore("kms_key_id"),
  aws_launch_template: () => ignore("tag_specifications"),
};

/** Resources whose calls moto answers with 404 or 500, and the calls that Terraform makes for each. They are left out of the apply. */
export const absent: Readonly<Record<string, readonly string[]>> = {
  aws_budgets_budget: ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:ViewBudget"],
  aws_eks_access_entry: ["eks:CreateAccessEntry", "eks:DeleteAccessEntry", "eks:DescribeAccessEntry"],
  aws_eks_access_policy_association: [
    "eks:AssociateAccessPolicy",
    "eks:DisassociateAccessPolicy",
    "eks:ListAssociatedAccessPolicies",
  ],
  aws_eks_addon: ["eks:CreateAddon", "eks:DeleteAddon", "eks:DescribeAddon", "eks:DescribeAddonVersions"],
  aws_eks_pod_identity_association: [
    "eks:CreatePodIdentityAssociation",
    "eks:DeletePodIdentityAssociation",
    "eks:DescribePodIdentityAssociation",
  ],
  // Fails for a secret that has no first version yet. What the Lambda does is tested in rotation.system.test.ts.
  aws_secretsmanager_secret_rotation: ["secretsmanager:CancelRotateSecret", "secretsmanager:RotateSecret"],
};

/** The override for the stack in this folder. max_retries: a call that moto lacks would be retried 25 times. */
export function gaps(folder: string): object {
  const overrides = Object.entries(stackIn(folder).resource).map(([type, all]) => [type, overridesOf(type, all)]);
  return {
    // The emulator has one host name, so buckets are in the path.
    provider: { aws: [{ max_retries: 1, s3_use_path_style: true }] },
    ...lookups(folder),
    resource: Object.fromEntries(overrides),
  };
}

/** The override that replaces only look-ups that moto lacks: the versions of EKS's add-ons. */
export function lookups(folder: string): { data?: object; resource?: object } {
  const { data, resource } = stackIn(folder);
  const versions = data["aws_eks_addon_version"];
  if (versions === undefined) return {};
  return {
    data: { aws_eks_addon_version: forAll(versions, { count: 0 }) },
    resource: { aws_eks_addon: forAll(resource["aws_eks_addon"] ?? {}, addonVersion) },
  };
}

function forAll(named: object, override: object): object {
  return Object.fromEntries(Object.keys(named).map((name) => [name, override]));
}

const addonVersion = { addon_version: "v1.0.0-eksbuild.1" };

function stackIn(folder: string): z.infer<typeof stackShape> {
  return stackShape.parse(JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")));
}

function overridesOf(type: string, all: Readonly<Record<string, object>>): Overrides {
  const entries = Object.entries(all).map(([name, resource]) => {
    return [
      name,
      type in absent
        ? { count: 0, ...(type === "aws_eks_addon" ? addonVersion : {}) }
        : (byType[type]?.(name, resource) ?? {}),
    ];
  });
  return Object.fromEntries(entries);
}

/** The network's default group in place of the cluster's. */
function standIn(attribute: string, rule: object): Overrides | null {
  const names = JSON.stringify(rule).includes("cluster_security_group_id");
  const group = "${aws_vpc.network_vpc_4E8F0223.default_security_group_id}";
  return names ? { [attribute]: group, ...ignore("description") } : null;
}

function ignore(...attributes: string[]): Overrides {
  return { lifecycle: { ignore_changes: attributes } };
}

function harmless(name: string): string {
  const statement = { Sid: name, Effect: "Allow", Principal: "*", Action: "s3:GetBucketLocation", Resource: "*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
