/** Names inside stage prod's cluster that Terraform gives rights to, and that what is installed there must have. */
export const clusterNames = {
  /** Namespace of web and worker. */
  namespace: "analyze",
  /** Kubernetes group of the deployer's IAM role: EKS's edit policy knows no TargetGroupBinding. */
  deployers: "analyze-deployers",
  balancerController: { namespace: "kube-system", serviceAccount: "aws-load-balancer-controller" },
  externalSecrets: { namespace: "external-secrets", serviceAccount: "external-secrets" },
  /** Secret in Secrets Manager. */
  secret: "analyze-prod/stores",
} as const;
