import { isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { UserError } from "@analyze/common/errors";
import type { Cluster } from "../cluster/cluster.ts";
import { balancedAddresses, gateway, ingress, node, service } from "../cluster/objects.ts";
import type { Options } from "./options.ts";

/** The result of a TLS handshake for `host` at an address. */
export type Handshake = { verified: true; fingerprint: string } | { verified: false; reason: string };

/** `ip` or `ip:port` (IPv6 in brackets when it has a port) → host and port, 443 by default. */
export function splitAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+))(?::(?<port>\d+))?$/.exec(address)?.groups;
  return { host: match?.["v6"] ?? match?.["v4"] ?? address, port: Number(match?.["port"] ?? 443) };
}

/** Throws a UserError where `--address` is not `ip` or `ip:port`. */
export function requireAddress(address: string | undefined): void {
  if (address === undefined) return;
  const { host, port } = splitAddress(address);
  if (isIP(host) !== 0 && port > 0 && port < 65_536) return;
  throw new UserError(
    `--address is "${address}": it must be an IP address, or one with a port, such as 192.168.49.2:30443`,
  );
}

/** Makes a TLS handshake that trusts only `ca`. Never rejects. */
export function handshake(address: string, servername: string, ca: string, timeoutMs = 2000): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...splitAddress(address), servername, ca, timeout: timeoutMs }, () => {
      resolve({ verified: true, fingerprint: socket.getPeerX509Certificate()?.fingerprint256 ?? "" });
      socket.destroy();
    });
    socket.on("timeout", () => socket.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    socket.on("error", (error) => resolve({ verified: false, reason: error.message }));
    socket.on("close", () => resolve({ verified: false, reason: "closed without an answer" }));
  });
}

/** Addresses of the nodes in their own network. */
export async function nodeAddresses(cluster: Cluster): Promise<string[]> {
  const all = (await cluster.list(node, "nodes")).flatMap(({ status }) => status.addresses);
  return all.filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

/** The addresses of the chart's Gateway, which it gets after its creation. */
async function gatewayAddresses(cluster: Cluster, namespace: string): Promise<string[]> {
  const has = await cluster.kubectl("get", "crd", "gateways.gateway.networking.k8s.io");
  if (has.code !== 0) return [];
  const all = await cluster.list(gateway, "gateways", "-n", namespace, "--field-selector=metadata.name=analyze");
  return all.flatMap(({ status }) => status.addresses.map(({ value }) => value)).filter(Boolean);
}

/** Node ports that lead to the Gateway's HTTPS listener, where the implementation labels its Services. */
async function gatewayPorts(cluster: Cluster, namespace: string): Promise<number[]> {
  const owner = "gateway.envoyproxy.io/owning-gateway";
  const services = await cluster.list(
    service,
    "services",
    "-A",
    "-l",
    `${owner}-name=analyze,${owner}-namespace=${namespace}`,
  );
  return services.flatMap(({ spec }) => spec.ports.flatMap(({ nodePort }) => nodePort ?? []));
}

/**
 * Where a Gateway may answer, most likely first. A node's address as the Gateway's own comes last: with a Service of type
 * NodePort, port 443 of a node is another edge's. Pure.
 */
export function gatewayCandidates(
  addresses: readonly string[],
  nodes: readonly string[],
  ports: readonly number[],
): string[] {
  const [ofNodes, own] = [true, false].map((wanted) => addresses.filter((ip) => nodes.includes(ip) === wanted));
  return [...(own ?? []), ...nodes.flatMap((ip) => ports.map((port) => `${ip}:${port}`)), ...(ofNodes ?? [])];
}

/** Where pods reach the edge: its Service inside the cluster, or the node whose ports the controller uses. */
export async function insideAddress(cluster: Cluster, { edge, namespace }: Options): Promise<string> {
  if (edge === "nginx") return "";
  if (edge === "gateway") return (await gatewayAddresses(cluster, namespace))[0] ?? "";
  const get = ["-n", "ingress-nginx", "get", "-o"];
  const found = await cluster.kubectl(...get, "jsonpath={.spec.clusterIP}", "service/ingress-nginx-controller");
  if (found.code === 0) return found.stdout;
  const selector = ["--selector", "app.kubernetes.io/name=ingress-nginx"];
  const pods = await cluster.kubectl(...get, "jsonpath={.items[*].status.hostIP}", "pods", ...selector);
  return pods.stdout.split(" ")[0] ?? "";
}

/** Addresses where the edge may answer from here, most likely first; each is `ip` or `ip:port`. */
export async function candidates(cluster: Cluster, { address, edge, namespace }: Options): Promise<string[]> {
  if (address !== undefined) return [address];
  const nodes = await nodeAddresses(cluster);
  const only = (name: string): string[] => ["-n", namespace, `--field-selector=metadata.name=${name}`];
  if (edge === "ingress") {
    const web = await cluster.list(ingress, "ingresses", ...only("web"));
    return [...new Set([...web.flatMap(balancedAddresses), ...nodes, "127.0.0.1"])];
  }
  if (edge === "gateway")
    return gatewayCandidates(await gatewayAddresses(cluster, namespace), nodes, await gatewayPorts(cluster, namespace));
  const services = await cluster.list(service, "services", ...only("edge"));
  const nodePort = services.flatMap(({ spec }) => spec.ports).find(({ name }) => name === "https")?.nodePort;
  const balanced = services.flatMap(balancedAddresses);
  return nodePort == null ? balanced : [...balanced, ...[...nodes, "127.0.0.1"].map((ip) => `${ip}:${nodePort}`)];
}

/** The first candidate that verifies, or all reasons if none does. Retries until `limitMs` has passed. */
export async function findEdge(
  addresses: readonly string[],
  host: string,
  ca: string,
  limitMs: number,
): Promise<{ address: string } | { reasons: string[] }> {
  const end = Date.now() + limitMs;
  for (;;) {
    const reasons: string[] = [];
    for (const address of addresses) {
      const result = await handshake(address, host, ca);
      if (result.verified) return { address };
      reasons.push(`${address}: ${result.reason}`);
    }
    if (Date.now() >= end) return { reasons };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
