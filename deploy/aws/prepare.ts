import { restricted } from "../cluster/pod-security.ts";
import { clusterNames } from "../../cdktf/src/cluster/names.ts";
import type { ClusterTools } from "../cluster/tools.ts";

/** What the AWS Load Balancer Controller must be told: its pods cannot ask the instance (one hop), nor may they list clusters. */
export interface ControllerFacts {
  readonly clusterName: string;
  readonly region: string;
  readonly vpcId: string;
}

/** Its chart where the repository can be reached; pinned, since its definitions and its rights change with the version. */
export const publicControllerChart = [
  "aws-load-balancer-controller",
  "--repo",
  "https://aws.github.io/eks-charts",
  "--version",
  "3.2.2",
] as const;

/** Makes the namespace, the deployer's right over TargetGroupBindings in it, and the controller. Needs the admin's role. */
export function prepare(tools: ClusterTools, facts: ControllerFacts, chart: readonly string[]): void {
  const apply = ["apply", "--server-side", "--force-conflicts", "--field-manager=analyze-chart", "-f", "-"];
  const { namespace, balancerController } = clusterNames;
  tools.kubectl(apply, { apiVersion: "v1", kind: "List", items: namespaceObjects(namespace) });
  const { namespace: home, serviceAccount } = balancerController;
  tools.release(serviceAccount, home, chart, controllerValues(facts), 5);
}

/** The controller binds pods to a target group that exists: all that would need rights over balancers is off. */
export function controllerValues(facts: ControllerFacts): object {
  return {
    ...facts,
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

/** The namespace of web and worker, and what its deployers may do in it besides EKS's edit policy. */
export function namespaceObjects(namespace: string): object[] {
  const labels = {
    ...restricted,
    // A new pod counts as ready, and a rollout goes on, only when the balancer finds it healthy.
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
  };
  const metadata = { name: "bind-target-groups", namespace };
  const rbac = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "Role",
      metadata,
      rules: [{ apiGroups: ["elbv2.k8s.aws"], resources: ["targetgroupbindings"], verbs: ["*"] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: metadata.name },
      subjects: [{ apiGroup: rbac, kind: "Group", name: clusterNames.deployers }],
    },
  ];
}
