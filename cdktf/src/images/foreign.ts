import type { ClusterStage } from "../stages.ts";

/** A third-party image that a stage's cluster runs. */
export interface ForeignImage {
  /** Last part of its repository's name, here and there. */
  readonly name: string;
  /** Where it is published, with its tag. */
  readonly source: string;
}

/** Version of the AWS Load Balancer Controller and its chart: its definitions and its rights depend on it. */
export const controllerVersion = "3.2.2";

/** The images that a stage's cluster needs besides the project's own. EKS's add-ons come from ECR in the region. */
export function foreignImages({ autoscaler, kubernetesVersion, stores }: ClusterStage): ForeignImage[] {
  const always = named(`public.ecr.aws/eks/aws-load-balancer-controller:v${controllerVersion}`);
  // Its minor version is that of Kubernetes.
  const scaler = named(`registry.k8s.io/autoscaling/cluster-autoscaler:v${kubernetesVersion}.0`);
  const forStores = ["ghcr.io/external-secrets/external-secrets:v1.3.2", "valkey/valkey:8.1", "mongo:8.0"].map(named);
  return [always, ...(autoscaler === "none" ? [] : [scaler]), ...(stores ? forStores : [])];
}

function named(source: string): ForeignImage {
  return { name: nameIn(source), source };
}

/** `cluster-autoscaler` of `registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0`. */
function nameIn(source: string): string {
  return /([^/:]+):[^/]+$/.exec(source)?.[1] ?? source;
}

/** The tag of a reference. */
export function tagOf(reference: string): string {
  return reference.slice(reference.lastIndexOf(":") + 1);
}
