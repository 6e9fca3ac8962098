import { measuredPods, metricsPort } from "../cluster/scrape-config.ts";

/**
 * Lets a collector outside of the cluster read the metrics, from these networks (CIDRs). It is added to the chart's policies,
 * which let the pods of one namespace read them.
 */
export function metricsPolicy(namespace: string, cidrs: readonly string[]): object {
  const matchExpressions = Object.entries(measuredPods).map(([key, values]) => ({ key, operator: "In", values }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "managed-prometheus", namespace },
    spec: {
      podSelector: { matchExpressions },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: cidrs.map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ port: metricsPort, protocol: "TCP" }],
        },
      ],
    },
  };
}
