/** Names inside a stage's cluster: Terraform gives them rights, so what is installed there must have them. */
export const clusterNames = {
  /** Namespace of web and worker. */
  namespace: "analyze",
  /** Kubernetes group of the deployer's IAM role: EKS's edit policy knows no TargetGroupBinding. */
  deployers: "analyze-deployers",
  /** Kubernetes group of the operator's IAM role: it reads the namespace, but no Secret. */
  operators: "analyze-operators",
  balancerController: { namespace: "kube-system", serviceAccount: "aws-load-balancer-controller" },
  autoscaler: { namespace: "kube-system", serviceAccount: "cluster-autoscaler" },
  /** Made by EKS's add-on. */
  volumeDriver: { namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa" },
  externalSecrets: { namespace: "external-secrets", serviceAccount: "external-secrets" },
} as const;
