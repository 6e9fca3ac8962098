import { restricted } from "../../../deploy/cluster/pod-security.ts";
import { clusterNames } from "../cluster/names.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rbac = "rbac.authorization.k8s.io";

/** Rights that deployers need besides EKS's edit policy. */
const bindTargetGroups: readonly Rule[] = [
  { apiGroups: ["elbv2.k8s.aws"], resources: ["targetgroupbindings"], verbs: ["*"] },
];

const verbs = ["get", "list", "watch"];

/** What operators may read: the chart's objects, logs and load of its pods, and events. No Secret, and no exec. */
const readAll: readonly Rule[] = [
  {
    apiGroups: [""],
    resources: [
      "configmaps",
      "endpoints",
      "events",
      "persistentvolumeclaims",
      "pods",
      "pods/log",
      "pods/status",
      "resourcequotas",
      "serviceaccounts",
      "services",
    ],
    verbs,
  },
  { apiGroups: ["apps"], resources: ["daemonsets", "deployments", "replicasets", "statefulsets"], verbs },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs },
  { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs },
  { apiGroups: ["elbv2.k8s.aws"], resources: ["targetgroupbindings"], verbs },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs },
  { apiGroups: ["metrics.k8s.io"], resources: ["pods"], verbs: ["get", "list"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"], verbs },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs },
];

/** The namespace of web and worker, what its deployers may do in it besides EKS's edit policy, and what its operators may read. */
export function namespaceObjects(namespace: string): object[] {
  const labels = {
    ...restricted,
    // A new pod is ready, and a rollout continues, only when the load balancer finds the pod healthy.
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    ...granted({ name: "bind-target-groups", namespace }, clusterNames.deployers, bindTargetGroups),
    ...granted({ name: "operator", namespace }, clusterNames.operators, readAll),
  ];
}

function granted(metadata: { name: string; namespace: string }, group: string, rules: readonly Rule[]): object[] {
  return [
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: metadata.name },
      subjects: [{ apiGroup: rbac, kind: "Group", name: group }],
    },
  ];
}
