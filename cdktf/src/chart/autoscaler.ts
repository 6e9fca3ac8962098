import { clusterNames } from "../cluster/names.ts";

export interface AutoscalerFacts {
  readonly clusterName: string;
  readonly region: string;
  /** Reference of its image. */
  readonly image: string;
}

type Rule = readonly [group: string, resources: readonly string[], verbs: readonly string[]];

const look = ["get", "list", "watch"];

/** What it reads to predict where a pod fits, and what it changes: nodes' taints, evictions, its status and leases. */
const rules: readonly Rule[] = [
  ["", ["nodes"], [...look, "patch", "update"]],
  ["", ["pods/eviction"], ["create"]],
  ["", ["pods/status"], ["update"]],
  ["", ["events"], ["create", "patch"]],
  ["", ["configmaps"], [...look, "create", "update"]],
  [
    "",
    [
      "namespaces",
      "persistentvolumeclaims",
      "persistentvolumes",
      "pods",
      "replicationcontrollers",
      "resourcequotas",
      "services",
    ],
    look,
  ],
  ["apps", ["daemonsets", "replicasets", "statefulsets"], look],
  ["batch", ["cronjobs", "jobs"], look],
  ["policy", ["poddisruptionbudgets"], look],
  ["resource.k8s.io", ["deviceclasses", "resourceclaims", "resourceslices"], look],
  ["storage.k8s.io", ["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"], look],
  ["coordination.k8s.io", ["leases"], [...look, "create", "update"]],
];

const { namespace, serviceAccount: name } = clusterNames.autoscaler;
const labels = { "app.kubernetes.io/name": name };
const rbac = "rbac.authorization.k8s.io";

/** The cluster autoscaler. It finds the node groups of its cluster by the tags that EKS sets. */
export function autoscalerObjects(facts: AutoscalerFacts): object[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name, labels },
      rules: rules.map(([group, resources, verbs]) => ({ apiGroups: [group], resources, verbs })),
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name, labels },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podOf(facts) } },
    },
  ];
}

function podOf({ clusterName, region, image }: AutoscalerFacts): object {
  const tags = ["enabled", clusterName].map((tag) => `k8s.io/cluster-autoscaler/${tag}`).join(",");
  return {
    serviceAccountName: name,
    priorityClassName: "system-cluster-critical",
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name,
        image,
        command: ["./cluster-autoscaler"],
        args: [
          "--cloud-provider=aws",
          `--node-group-auto-discovery=asg:tag=${tags}`,
          "--balance-similar-node-groups",
          "--expander=least-waste",
          // Pods of the chart have small emptyDir volumes: they may move.
          "--skip-nodes-with-local-storage=false",
        ],
        // A pod cannot read its region from the instance: it cannot reach the metadata service.
        env: [{ name: "AWS_REGION", value: region }],
        resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        livenessProbe: { httpGet: { path: "/health-check", port: 8085 }, initialDelaySeconds: 60 },
      },
    ],
  };
}
