import { UserError } from "@analyze/common/errors";
import type { Cluster } from "../cluster/cluster.ts";
import { envoyGateway } from "../cluster/gateway-findings.ts";
import { gatewayClass, ingressClass, type GatewayClass, type IngressClass } from "../cluster/objects.ts";
import { edgeFrom, type GivenOptions, type Options } from "./options.ts";
import { findDeployedEdge } from "./installed.ts";

const ingressNginx = "k8s.io/ingress-nginx";

/** The classes of a cluster, which decide the edge of a new installation. */
export interface EdgeParts {
  ingressClasses: readonly IngressClass[];
  gatewayClasses: readonly GatewayClass[];
}

/** The edge of a new installation: the cluster's controller, otherwise this project's nginx. Pure. */
export function defaultEdge({ ingressClasses, gatewayClasses }: EdgeParts): { edge: Options["edge"]; why: string } {
  const has = ingressClasses.some(
    ({ metadata, spec }) => metadata.name === "nginx" && spec.controller === ingressNginx,
  );
  if (has) return { edge: "ingress", why: "the cluster has the ingress-nginx controller" };
  if (gatewayClasses.length === 0)
    return { edge: "nginx", why: "the cluster has no ingress controller and no GatewayClass" };
  return {
    edge: "gateway",
    why: `the cluster has a GatewayClass (${gatewayClasses[0]?.metadata.name}) and no ingress-nginx`,
  };
}

/**
 * The values by which the chart creates a Gateway of one of these classes, Envoy Gateway's first. `hasRetry`: whether
 * the cluster's HTTPRoutes support retries. Pure.
 */
export function gatewayValues(classes: readonly GatewayClass[], hasRetry: boolean): Pick<Options, "values" | "set"> {
  const envoy = classes.find(({ spec }) => spec.controllerName === envoyGateway);
  const name = (envoy ?? classes[0])?.metadata.name;
  if (name === undefined) return { values: [], set: [] };
  const set = [`edge.gateway.className=${name}`];
  if (envoy !== undefined) return { values: ["ingress/values.envoy.yaml"], set };
  return { values: [], set: hasRetry ? [...set, "edge.gateway.retry=true"] : set };
}

/** A note on the chosen edge; undefined: none. Pure. */
export function noteOn(
  given: GivenOptions,
  installed: string | undefined,
  why: string | undefined,
): string | undefined {
  const { action, edge, keep } = given;
  if (action !== "deploy") return undefined;
  if (why !== undefined) return `, because ${why} (--edge chooses another)`;
  if (installed === undefined || [edge ?? installed, keep].includes(installed)) return undefined;
  return `. This removes the edge ${installed}: requests to it fail. To move its clients first, add --keep ${installed}`;
}

/** Chooses the edge: the given one, the installed one, or the one that the cluster supports; with a note. */
export async function settleEdge(cluster: Cluster, given: GivenOptions): Promise<{ options: Options; note?: string }> {
  const installed = await findDeployedEdge(cluster, given.namespace);
  const wanted = given.edge ?? installed;
  const hasGateways = (await cluster.kubectl("get", "crd", "gatewayclasses.gateway.networking.k8s.io")).code === 0;
  const gatewayClasses = hasGateways ? await cluster.list(gatewayClass, "gatewayclasses") : [];
  const chosen =
    wanted === undefined
      ? defaultEdge({ gatewayClasses, ingressClasses: await cluster.list(ingressClass, "ingressclasses") })
      : { edge: edgeFrom(wanted), why: undefined };
  const { edge, why } = chosen;
  if (given.keep === edge)
    throw new UserError(
      `--keep ${edge}: that is the edge itself. Name the edge that clients still use, or leave out --keep.`,
    );
  const extra = [edge, given.keep].includes("gateway")
    ? gatewayValues(gatewayClasses, (await cluster.kubectl("explain", "httproutes.spec.rules.retry")).code === 0)
    : { values: [], set: [] };
  const kept = given.keep === undefined ? [] : [`edge.previous=${given.keep}`];
  const options = {
    ...given,
    edge,
    values: [...extra.values, ...given.values],
    set: [...extra.set, ...kept, ...given.set],
  };
  const note = noteOn(given, installed, why);
  return note === undefined ? { options } : { options, note };
}
