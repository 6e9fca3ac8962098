import { clusterNames } from "../cluster/names.ts";

export interface AutoscalerFacts {
  readonly clusterName: string;
  readonly region: string;
  /** Reference of its image. */
  readonly image: string;
}

interface Rule {
  readonly apiGroups: readonly [string];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const look = ["get", "list", "watch"];

/** What it reads to predict where a pod fits, and what it changes: taints of nodes, evictions and events. */
const everywhere: readonly Rule[] = [
  { apiGroups: [""], resources: ["nodes"], verbs: [...look, "patch", "update"] },
  { apiGroups: [""], resources: ["pods/eviction"], verbs: ["create"] },
  { apiGroups: [""], resources: ["pods/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] },
  {
    apiGroups: [""],
    resources: [
      "namespaces",
      "persistentvolumeclaims",
      "persistentvolumes",
      "pods",
      "replicationcontrollers",
      "resourcequotas",
      "services",
    ],
    verbs: look,
  },
  { apiGroups: ["apps"], resources: ["daemonsets", "replicasets", "statefulsets"], verbs: look },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: look },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: look },
  { apiGroups: ["resource.k8s.io"], resources: ["deviceclasses", "resourceclaims", "resourceslices"], verbs: look },
  {
    apiGroups: ["storage.k8s.io"],
    resources: ["csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"],
    verbs: look,
  },
];

const { namespace, serviceAccount: name } = clusterNames.autoscaler;
const labels = { "app.kubernetes.io/name": name };

/** Its own objects: the status that it writes, and the lease by which one of its pods leads. A creation cannot be limited to a name. */
const inItsNamespace: readonly Rule[] = [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
  {
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: ["cluster-autoscaler-status"],
    verbs: ["delete", "get", "update"],
  },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: ["cluster-autoscaler"],
    verbs: ["get", "update"],
  },
];

/** The cluster autoscaler. It finds the node groups of its cluster by the tags that EKS sets. */
export function autoscalerObjects(facts: AutoscalerFacts): object[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels } },
    ...granted("ClusterRole", { name, labels }, everywhere),
    ...granted("Role", { name, namespace, labels }, inItsNamespace),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podOf(facts) } },
    },
  ];
}

/** A role, and its binding to the autoscaler's service account. */
function granted(kind: "ClusterRole" | "Role", metadata: object, rules: readonly Rule[]): object[] {
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  return [
    { apiVersion, kind, metadata, rules },
    { apiVersion, kind: `${kind}Binding`, metadata, roleRef: { apiGroup, kind, name }, subjects },
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
