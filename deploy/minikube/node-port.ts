import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { service } from "../cluster/objects.ts";
import { failure } from "../run.ts";
import type { Options } from "./options.ts";
import { nodeAddresses } from "./reach.ts";

/** How long the nodes may take to forward a newly assigned port. */
const patienceMs = 20_000;
const example = { text: "Hello, how are you?" };

/** Why `url` does not answer like web; undefined if it does. Never rejects. */
async function faultAt(url: string): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(3000);
  try {
    const answer = await fetch(`${url}/analyze`, { method: "POST", headers, body: JSON.stringify(example), signal });
    const body = await answer.text();
    if (!answer.ok) return `${url}: status ${answer.status}`;
    return body.includes("Word Count: 4") ? undefined : `${url}: another service than web answers`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${url}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/**
 * The first node's URL at which web's NodePort answered a POST from here, as `minikube service web --url` prints it.
 * Rejects with a UserError that quotes each node's answer.
 */
export async function nodePortUrl(cluster: Cluster, { namespace }: Options): Promise<string> {
  const [web] = await cluster.list(service, "services", "-n", namespace, "--field-selector=metadata.name=web");
  const port = web?.spec.ports.find(({ name }) => name === "http")?.nodePort;
  if (port == null) throw failure(`Service web in namespace ${namespace} has no node port`);
  const urls = (await nodeAddresses(cluster)).map((ip) => `http://${ip.includes(":") ? `[${ip}]` : ip}:${port}`);
  const end = Date.now() + patienceMs;
  for (;;) {
    const faults: string[] = [];
    for (const url of urls) {
      const fault = await faultAt(url);
      if (fault === undefined) return url;
      faults.push(fault);
    }
    if (Date.now() > end)
      throw failure(["web's node port was not reached from here:", ...faults, advice(namespace)].join("\n  "));
    await delay(500);
  }
}

function advice(namespace: string): string {
  return `where the nodes' network is inside a virtual machine: minikube service web --namespace ${namespace} --url`;
}
