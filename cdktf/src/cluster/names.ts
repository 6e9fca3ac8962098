/** Names in a stage's cluster. Terraform grants rights to them, so the installed objects must have these names. */
export const clusterNames = {
  /** Namespace of web and worker. */
  namespace: "analyze",
  /** Kubernetes group of the deployer's IAM role: EKS's edit policy knows no TargetGroupBinding. */
  deployers: "analyze-deployers",
  /** Kubernetes group of the operator's IAM role: it reads the namespace, but no Secret. */
  operators: "analyze-operators",
  balancerController: { namespace: "kube-system", serviceAccount: "aws-load-balancer-controller" },
  autoscaler: { namespace: "kube-system", serviceAccount: "cluster-autoscaler" },
  /** Created by the EKS add-on. */
  volumeDriver: { namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa" },
  externalSecrets: { namespace: "external-secrets", serviceAccount: "external-secrets" },
} as const;
