import { type Finders, hasPrefix, notFound } from "./finder.ts";

/** What only a stage with a cluster has, and AWS lists. */
export const clusterFinders: Finders = {
  aws_alb: ({ name }, { found }) => found.balancers.find((one) => one.LoadBalancerName === name)?.LoadBalancerArn,
  aws_alb_target_group: ({ name }, { found }) =>
    found.targetGroups.find((one) => one.TargetGroupName === name)?.TargetGroupArn,
  aws_alb_listener: ({ port }, { idOf, found }) =>
    found.listeners.find((one) => one.Port === port && one.LoadBalancerArn === idOf("load_balancer_arn"))?.ListenerArn,
  // The one in use. A killed apply may have left one without a listener.
  aws_acm_certificate: (_, { found }) =>
    found.listeners.flatMap(({ Certificates = [] }) => Certificates)[0]?.CertificateArn ??
    found.arns.find((arn) => arn.startsWith("arn:aws:acm:")),
  aws_eks_node_group: ({ node_group_name_prefix: prefix }, { nameOf, found }) => {
    const name = found.nodeGroups.find((one) => hasPrefix(one, prefix));
    return name && `${nameOf("cluster_name")}:${name}`;
  },
  aws_eks_pod_identity_association: ({ namespace, service_account }, { nameOf, found }) => {
    const association = found.associations.find(
      (one) => one.namespace === namespace && one.serviceAccount === service_account,
    );
    return association && `${nameOf("cluster_name")},${association.associationId}`;
  },
  aws_kms_key: (_, { found }) => found.keyId,
  aws_prometheus_workspace: (_, { found }) => idIn(found.arns, "workspace"),
  aws_prometheus_scraper: (_, { found }) => idIn(found.arns, "scraper"),
  aws_secretsmanager_secret: ({ name }, { found }) => found.secrets.find((one) => one.Name === name)?.ARN,
  aws_wafv2_web_acl: ({ name, scope }, { found }) => {
    const firewall = found.firewalls.find((one) => one.Name === name);
    return firewall && `${firewall.Id}/${String(name)}/${String(scope)}`;
  },
};

/** Import ids that follow from the stack. Whether there is such a resource is seen when Terraform reads it. */
export const expectedIds: Finders = {
  aws_budgets_budget: ({ name }, { account }) => `${account}:${String(name)}`,
  aws_cloudwatch_log_group: ({ name }) => String(name),
  aws_eks_access_entry: ({ principal_arn }, { nameOf }) => `${nameOf("cluster_name")}:${String(principal_arn)}`,
  aws_eks_addon: ({ addon_name }, { nameOf }) => `${nameOf("cluster_name")}:${String(addon_name)}`,
  aws_eks_cluster: ({ name }) => String(name),
  aws_kms_alias: ({ name }) => String(name),
  aws_lambda_function: ({ function_name }) => String(function_name),
  aws_prometheus_alert_manager_definition: (_, { idOf }) => ifFound(idOf("workspace_id")),
  aws_prometheus_rule_group_namespace: ({ name }, { idOf, account, region }) =>
    ifFound(idOf("workspace_id"), (id) => `arn:aws:aps:${region}:${account}:rulegroupsnamespace/${id}/${String(name)}`),
  // Terraform looks the zone up. The proof of the certificate is overwritten.
  aws_route53_record: ({ zone_id, name, type, allow_overwrite }) =>
    allow_overwrite === true ? undefined : [zone_id, name, type].join("_"),
  aws_secretsmanager_secret_rotation: (_, { idOf }) => ifFound(idOf("secret_id")),
  aws_sns_topic: ({ name }, { account, region }) => `arn:aws:sns:${region}:${account}:${String(name)}`,
};

function ifFound(id: string, use = (one: string): string => one): string | undefined {
  return id === notFound ? undefined : use(id);
}

/** The id of a resource of Amazon Managed Prometheus in these ARNs. */
function idIn(arns: readonly string[], kind: string): string | undefined {
  return arns.map((arn) => new RegExp(`^arn:aws:aps:[^:]+:\\d+:${kind}/([\\w-]+)$`).exec(arn)?.[1]).find(Boolean);
}
