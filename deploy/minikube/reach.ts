import { connect as connectTls } from "node:tls";
import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import type { Options } from "./options.ts";

/** What a TLS handshake for `host` at an address came to. */
export type Handshake = { verified: true; fingerprint: string } | { verified: false; reason: string };

/** `ip` or `ip:port` (IPv6 in brackets when it has a port) → host and port, 443 by default. */
export function splitAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+))(?::(?<port>\d+))?$/.exec(address)?.groups;
  return { host: match?.["v6"] ?? match?.["v4"] ?? address, port: Number(match?.["port"] ?? 443) };
}

/** Shakes hands as a client that trusts `ca` alone. Never rejects. */
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

const balancedShape = z.object({
  status: z.object({
    loadBalancer: z
      .object({ ingress: z.array(z.object({ ip: z.string().optional() })).default([]) })
      .default({ ingress: [] }),
  }),
});
const serviceShape = balancedShape.extend({
  spec: z.object({ ports: z.array(z.object({ name: z.string(), nodePort: z.int().optional() })) }),
});

async function nodeAddresses(cluster: Cluster): Promise<string[]> {
  const path = '{.items[*].status.addresses[?(@.type=="InternalIP")].address}';
  return (await cluster.read("get", "nodes", "-o", `jsonpath=${path}`)).split(/\s+/).filter(Boolean);
}

/** Where pods reach the edge: its Service inside the cluster, or the node whose ports the controller took. */
export async function insideAddress(cluster: Cluster, { edge }: Options): Promise<string> {
  if (edge === "nginx") return "";
  const get = ["-n", "ingress-nginx", "get", "-o"];
  const service = await cluster.kubectl(...get, "jsonpath={.spec.clusterIP}", "service/ingress-nginx-controller");
  if (service.code === 0) return service.stdout;
  const selector = ["--selector", "app.kubernetes.io/name=ingress-nginx"];
  const pods = await cluster.kubectl(...get, "jsonpath={.items[*].status.hostIP}", "pods", ...selector);
  return pods.stdout.split(" ")[0] ?? "";
}

/** Addresses where the edge may answer from here, the likeliest first; each is `ip` or `ip:port`. */
export async function candidates(cluster: Cluster, { address, edge, namespace }: Options): Promise<string[]> {
  if (address !== undefined) return [address];
  const nodes = await nodeAddresses(cluster);
  const get = ["-n", namespace, "get", "-o", "json"];
  if (edge === "ingress") {
    const { status } = balancedShape.parse(JSON.parse(await cluster.read(...get, "ingress/web")));
    return [...new Set([...status.loadBalancer.ingress.flatMap(({ ip }) => ip ?? []), ...nodes, "127.0.0.1"])];
  }
  const { spec, status } = serviceShape.parse(JSON.parse(await cluster.read(...get, "service/edge")));
  const nodePort = spec.ports.find(({ name }) => name === "https")?.nodePort;
  const balanced = status.loadBalancer.ingress.flatMap(({ ip }) => ip ?? []);
  return nodePort === undefined ? balanced : [...balanced, ...[...nodes, "127.0.0.1"].map((ip) => `${ip}:${nodePort}`)];
}

/** The first candidate that verifies; all reasons when none does. Tries again until `limitMs` has passed. */
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
