import { clusterNames } from "../cluster/names.ts";
import type { Kubernetes } from "../../../deploy/cluster/cluster.ts";
import { rollingBack } from "../../../deploy/cluster/roll-back.ts";
import { failure } from "../../../deploy/run.ts";
import { tagOf, controllerVersion } from "../images/foreign.ts";
import { autoscalerObjects } from "./autoscaler.ts";
import { metricsPolicy } from "./metrics-policy.ts";
import { namespaceObjects } from "./namespace.ts";

/** The StorageClass for stores, the cluster's default: encrypted gp3, in the pod's zone, expandable. */
export const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
  reclaimPolicy: "Delete",
} as const;

/** Settings of the AWS Load Balancer Controller: its pods cannot reach the instance metadata (one hop), nor may they list clusters. */
export interface ControllerFacts {
  readonly clusterName: string;
  readonly region: string;
  readonly vpcId: string;
}

/** What a stage's cluster gets besides its namespace, from the stage's outputs. */
export interface Additions {
  /** Reference of the controller's image; null: the chart's own. */
  readonly controllerImage: string | null;
  /** Reference of the cluster autoscaler's image; null: none. */
  readonly autoscalerImage: string | null;
  /** Whether stores need volumes. */
  readonly volumes: boolean;
  /** Networks from which Amazon Managed Service for Prometheus scrapes, as CIDRs; empty: it does not. */
  readonly metricsCidrs: readonly string[];
}

/** Its chart in the repository. */
export const publicControllerChart = [
  "aws-load-balancer-controller",
  "--repo",
  "https://aws.github.io/eks-charts",
  "--version",
  controllerVersion,
] as const;

/**
 * Creates the namespace, the rights of deployers and operators in it, the controller and, if the stage has them, the
 * autoscaler and the StorageClass. Needs the admin's role.
 */
export async function prepare(
  cluster: Kubernetes,
  facts: ControllerFacts,
  additions: Additions,
  chart: readonly string[],
): Promise<void> {
  await cluster.apply(...preparedObjects(facts, additions));
  const { namespace, serviceAccount: name } = clusterNames.balancerController;
  await install(cluster, {
    name,
    namespace,
    chart,
    values: controllerValues(facts, additions.controllerImage),
    minutes: 5,
  });
}

/** What is applied before the controller is installed, in this order. Pure. */
export function preparedObjects(facts: ControllerFacts, additions: Additions): object[] {
  const { autoscalerImage: image, metricsCidrs } = additions;
  return [
    ...namespaceObjects(clusterNames.namespace),
    ...(image === null ? [] : autoscalerObjects({ ...facts, image })),
    ...(additions.volumes ? [storageClass] : []),
    ...(metricsCidrs.length > 0 ? [metricsPolicy(clusterNames.namespace, metricsCidrs)] : []),
  ];
}

export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  /** The chart, and the options with its location. */
  readonly chart: readonly string[];
  readonly values: object;
  /** Time limit for its pods to become ready. */
  readonly minutes: number;
}

/** Installs or upgrades and waits until the pods are ready; helm's output is shown. On failure helm rolls back. Rejects with a UserError. */
export async function install(
  cluster: Kubernetes,
  { name, namespace, chart, values, minutes }: HelmRelease,
): Promise<void> {
  const wait = ["--wait", "--timeout", `${minutes}m`, ...(await rollingBack())];
  const args = ["upgrade", "--install", name, ...chart, "--namespace", namespace, ...wait, "--values", "-"];
  const { code, stderr } = await cluster.helm(args, { input: JSON.stringify(values), share: ["stdout", "stderr"] });
  if (code !== 0)
    throw failure(stderr || `\`helm upgrade ${name}\` failed with exit code ${code}. Its message is above.`);
}

/** The controller binds pods to an existing target group: every feature that needs rights on load balancers is off. */
export function controllerValues(facts: ControllerFacts, image: string | null = null): object {
  return {
    ...facts,
    ...(image === null ? {} : { image: { repository: image.replace(/:[^:/]*$/, ""), tag: tagOf(image) } }),
    serviceAccount: { name: clusterNames.balancerController.serviceAccount },
    keepTLSSecret: true,
    createIngressClassResource: false,
    ingressClassParams: { create: false },
    enableServiceMutatorWebhook: false,
    enableShield: false,
    enableWaf: false,
    enableWafv2: false,
  };
}
