import type { Finding } from "@analyze/common/finding";
import type { Kubernetes } from "./cluster.ts";
import { gatewayClass, named, type GatewayClass, type Named } from "./objects.ts";

/** The controller of Envoy Gateway's classes. */
export const envoyGateway = "gateway.envoyproxy.io/gatewayclass-controller";

/** What a cluster has of the Gateway API; undefined: not even its definitions. */
export interface GatewayParts {
  classes: readonly GatewayClass[];
  gateways: readonly Named[];
}

/** The chart knows where Envoy Gateway has its data plane, and of no other implementation. */
function dataPlaneFindings({ classes }: GatewayParts, set: readonly string[]): Finding[] {
  const isKnown = classes.some(({ spec }) => spec.controllerName === envoyGateway);
  if (isKnown || set.some((pairs) => pairs.includes("edge.gateway.controller."))) return [];
  return [
    {
      name: "gateway-data-plane",
      state: "warning",
      saw: "no GatewayClass is Envoy Gateway's",
      means: "where NetworkPolicies are enforced, the Gateway's pods may not call web",
      next: "--set edge.gateway.controller.namespace=NAMESPACE, where these pods are",
    },
  ];
}

/** A finding unless a Gateway can be created or is there, and may call web. `set`: the person's values. Pure. */
export function gatewayFindings(parts: GatewayParts | undefined, set: readonly string[]): Finding[] {
  if (parts !== undefined && parts.classes.length + parts.gateways.length > 0) return dataPlaneFindings(parts, set);
  return [
    {
      name: "gateway-api",
      state: "broken",
      saw: parts === undefined ? "the cluster has no Gateway API" : "the cluster has no GatewayClass and no Gateway",
      means: "nothing would take the routes of --edge gateway",
      next: "install an implementation, such as https://gateway.envoyproxy.io/docs/install/, and a GatewayClass\nor choose another edge: --edge nginx",
    },
  ];
}

/** Reads what the cluster has of the Gateway API. */
export async function readGatewayParts(cluster: Kubernetes): Promise<GatewayParts | undefined> {
  if ((await cluster.kubectl("get", "crd", "gatewayclasses.gateway.networking.k8s.io")).code !== 0) return undefined;
  const [classes, gateways] = await Promise.all([
    cluster.list(gatewayClass, "gatewayclasses"),
    cluster.list(named, "gateways.gateway.networking.k8s.io", "-A"),
  ]);
  return { classes, gateways };
}
