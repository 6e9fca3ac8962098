import { expect, it } from "vitest";
import { preparedObjects } from "./prepare.ts";

const facts = { clusterName: "analyze-prod", region: "eu-central-1", vpcId: "vpc-1" };
const none = { controllerImage: null, autoscalerImage: null, volumes: false, metricsCidrs: [] };

function policies(metricsCidrs: readonly string[]): object[] {
  return preparedObjects(facts, { ...none, metricsCidrs }).filter(
    (one) => "kind" in one && one.kind === "NetworkPolicy",
  );
}

it("opens the metrics port of web and worker to the networks that Amazon Managed Prometheus scrapes from", () => {
  expect(policies(["10.74.16.0/20", "10.74.32.0/20"])).toEqual([
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "managed-prometheus", namespace: "analyze" },
      spec: {
        podSelector: {
          matchExpressions: [
            { key: "app.kubernetes.io/name", operator: "In", values: ["analyze"] },
            { key: "app.kubernetes.io/component", operator: "In", values: ["web", "worker"] },
          ],
        },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ ipBlock: { cidr: "10.74.16.0/20" } }, { ipBlock: { cidr: "10.74.32.0/20" } }],
            ports: [{ port: "metrics", protocol: "TCP" }],
          },
        ],
      },
    },
  ]);
});

it("opens nothing without it", () => {
  expect(policies([])).toEqual([]);
});
