import { measuredPods, metricsPort } from "../cluster/scrape-config.ts";

/**
 * Lets a collector outside of the cluster read the metrics, from these networks (CIDRs; none: nobody). It is added to the chart's
 * policies, which let the pods of one namespace read them.
 */
export function metricsPolicy(namespace: string, cidrs: readonly string[]): object {
  const from = cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const matchExpressions = Object.entries(measuredPods).map(([key, values]) => ({ key, operator: "In", values }));
  // Kubernetes would read an empty `from` as everybody.
  const ingress = cidrs.length === 0 ? [] : [{ from, ports: [{ port: metricsPort, protocol: "TCP" }] }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "managed-prometheus", namespace },
    spec: { podSelector: { matchExpressions }, policyTypes: ["Ingress"], ingress },
  };
}
