import { BlockList } from "node:net";
import type { z } from "zod";
import type { networkPolicy } from "./render.ts";

/** One end of a connection: a pod, or with `ip` an address outside of the cluster. */
export interface End {
  name: string;
  ip?: string;
  namespace: string;
  labels: Record<string, string>;
  /** Named ports, for rules that name them. */
  ports?: Record<string, number>;
}

type Policy = z.infer<typeof networkPolicy>;
type Rule = {
  peers: NonNullable<NonNullable<Policy["spec"]["ingress"]>[number]["from"]> | undefined;
  ports: PortRules;
};
type PortRules = NonNullable<Policy["spec"]["ingress"]>[number]["ports"];

function selects(wanted: Record<string, string> | undefined, labels: Record<string, string>): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels[key] === value);
}

function contains(cidr: string, ip: string): boolean {
  const [net = "", prefix] = cidr.split("/");
  const block = new BlockList();
  block.addSubnet(net, Number(prefix));
  return block.check(ip);
}

function allowsPeer(rule: Rule, other: End, home: string): boolean {
  if (rule.peers === undefined) return true;
  return rule.peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock || other.ip) return ipBlock !== undefined && other.ip !== undefined && contains(ipBlock.cidr, other.ip);
    const namespaces = { "kubernetes.io/metadata.name": other.namespace };
    const near = namespaceSelector ? selects(namespaceSelector.matchLabels, namespaces) : other.namespace === home;
    return near && selects(podSelector?.matchLabels, other.labels);
  });
}

function allowsPort(rule: Rule, target: End, port: number): boolean {
  if (rule.ports === undefined) return true;
  return rule.ports.some((one) => (typeof one.port === "string" ? target.ports?.[one.port] : one.port) === port);
}

/**
 * Whether a TCP connection is allowed if policies are enforced (Kubernetes' rule: a pod that no policy selects for a
 * direction is open in it, a selected one only as a rule allows).
 */
export function isAllowed(policies: readonly Policy[], from: End, to: End, port: number): boolean {
  const passes = (end: End, other: End, direction: "Ingress" | "Egress"): boolean => {
    const applying = policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === end.namespace &&
        spec.policyTypes.includes(direction) &&
        selects(spec.podSelector.matchLabels, end.labels),
    );
    if (applying.length === 0) return true;
    const rules: Rule[] = applying.flatMap(({ spec }) =>
      direction === "Ingress"
        ? (spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
        : (spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports })),
    );
    return rules.some((rule) => allowsPeer(rule, other, end.namespace) && allowsPort(rule, to, port));
  };
  return passes(from, to, "Egress") && passes(to, from, "Ingress");
}
