import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { isAllowed, type End } from "./policies.ts";
import { startStranger, type Stranger } from "./stranger.ts";
import { behindTargetGroup, networkPolicy, objectsOf, rendered } from "./render.ts";
import { deployed, podsOf, type World } from "./world.ts";

const namespace = "analyze";
const labelsOf = (component: string): Record<string, string> => ({
  "app.kubernetes.io/name": "analyze",
  "app.kubernetes.io/instance": "analyze",
  "app.kubernetes.io/component": component,
});
const ports = { http: 8080, metrics: 9090 };
const web: End = { name: "web", namespace, labels: labelsOf("web"), ports };
const worker: End = { name: "worker", namespace, labels: labelsOf("worker"), ports };
const neighbour: End = { name: "a pod beside them", namespace, labels: {} };
const stranger: End = { name: "a pod of another namespace", namespace: "default", labels: {} };
const controller: End = {
  name: "the ingress controller",
  namespace: "ingress-nginx",
  labels: { "app.kubernetes.io/name": "ingress-nginx" },
};
const gateway: End = { name: "a gateway's pod", namespace: "gateway-system", labels: {} };
const monitoring: End = { name: "a pod of namespace monitoring", namespace: "monitoring", labels: {} };
const balancer: End = { name: "the balancer", ip: "10.74.1.9", namespace: "", labels: {} };
const nodes: End = { name: "an address of the nodes' subnets", ip: "10.74.16.9", namespace: "", labels: {} };
const dns: End = { name: "dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };

const edges = (from: End[], to: End[], list: number[]): string[] =>
  from.flatMap((one) => to.flatMap((other) => list.map((port) => `${one.name} → ${other.name}:${port}`)));

/** Every connection between these ends that the rendered policies let through. */
function allowed(yaml: string): string[] {
  const policies = [...objectsOf(yaml, networkPolicy).values()];
  const ends = [web, worker, neighbour, stranger, controller, gateway, monitoring, balancer, nodes, dns];
  const ours = (from: End, to: End): boolean => [from, to].some((end) => end === web || end === worker) && from !== to;
  return ends.flatMap((from) =>
    ends
      .filter((to) => ours(from, to))
      .flatMap((to) =>
        [8080, 9090, 53, 443]
          .filter((port) => isAllowed(policies, namespace, from, to, port))
          .map((port) => `${from.name} → ${to.name}:${port}`),
      ),
  );
}

describeWith(["helm"], "the rendered NetworkPolicies", () => {
  it("let the ingress controller reach web, web reach worker, and web reach DNS: nothing else", () => {
    expect(allowed(rendered("dev"))).toEqual([
      ...edges([web], [worker], [8080]),
      ...edges([web], [dns], [53]),
      ...edges([controller], [web], [8080]),
    ]);
  });

  it("let a named namespace read the metrics, and no more", () => {
    const yaml = rendered("dev", "networkPolicy.metricsNamespace=monitoring");
    expect(allowed(yaml).filter((edge) => edge.includes("monitoring"))).toEqual(
      edges([monitoring], [web, worker], [9090]),
    );
  });

  it("let everybody reach web where its Service is published past the edge, and nobody else", () => {
    const published = allowed(rendered("dev", "web.service.type=NodePort"));
    const callers = [worker, neighbour, stranger, controller, gateway, monitoring, balancer, nodes, dns];
    const outside = callers.filter(({ namespace: home }) => home !== namespace);
    expect(published.filter((edge) => edge.endsWith("→ web:8080"))).toEqual(edges(outside, [web], [8080]));
    expect(published.filter((edge) => edge.includes("→ worker"))).toEqual(edges([web], [worker], [8080]));
  });

  it("let the balancer's subnets reach web where it stands outside of the cluster, and no controller's pods", () => {
    expect(allowed(rendered("prod", ...behindTargetGroup, "networkPolicy.metricsNamespace="))).toEqual([
      ...edges([web], [worker], [8080]),
      ...edges([web], [dns], [53]),
      ...edges([balancer], [web], [8080]),
    ]);
  });
});

let world: World;
let strangers: Stranger[] = [];

/** Whether each of these connections is made, tried from inside the cluster. */
async function tried(from: string, targets: readonly { name: string; address: string }[]): Promise<string[]> {
  const script = `
    const { connect } = require("node:net");
    const all = JSON.parse(process.argv[1]).map(({ name, address }) => new Promise((resolve) => {
      const [host, port] = address.split(":");
      const socket = connect({ host, port, timeout: 2000 }, () => resolve(name));
      socket.on("timeout", () => resolve()).on("error", () => resolve());
    }));
    Promise.all(all).then((made) => { console.log(JSON.stringify(made.filter(Boolean))); process.exit(); });`;
  const [where = "", pod = ""] = from.split("/");
  const node = ["exec", pod, "--", "/nodejs/bin/node", "-e", script, JSON.stringify(targets)];
  return JSON.parse(await world.cluster.read("-n", where, ...node));
}

describeWith(["cluster", "helm", "docker"], "NetworkPolicies in the cluster", () => {
  beforeAll(async () => {
    world = await deployed();
    const path = "jsonpath={.spec.template.spec.containers[0].image}";
    const image = await world.cluster.read("-n", namespace, "get", "deployment/web", "-o", path);
    strangers = await Promise.all([namespace, "default"].map((home) => startStranger(world.cluster, home, image)));
  });
  afterAll(async () => {
    await Promise.all(strangers.map((one) => one.end()));
  });

  it("every pair: what the picture has connects, and where policies are enforced nothing else does", async (context) => {
    const [webPod = ""] = await podsOf(world, "web");
    const [workerPod = ""] = await podsOf(world, "worker");
    const address = (pod: string): Promise<string> =>
      world.cluster.read("-n", namespace, "get", "pod", pod, "-o", "jsonpath={.status.podIP}");
    const ips = { web: await address(webPod), worker: await address(workerPod) };
    const targets = Object.entries(ips).flatMap(([name, ip]) =>
      [8080, 9090].map((port) => ({ name: `${name}:${port}`, address: `${ip}:${port}` })),
    );
    const sources = [`${namespace}/${webPod}`, `${namespace}/${workerPod}`, ...strangers.map(({ pod }) => pod)];
    const [fromWeb = [], fromWorker = [], ...others] = await Promise.all(
      sources.map((source) =>
        tried(
          source,
          targets.filter(({ address: one }) => !isOwn(source, one, ips)),
        ),
      ),
    );
    expect(fromWeb).toContain("worker:8080");
    if (others.flat().length === targets.length * strangers.length) {
      context.skip(
        "this cluster's network plugin does not enforce NetworkPolicies; the rendered ones are checked above",
      );
    }
    expect({ fromWeb, fromWorker, others }).toEqual({ fromWeb: ["worker:8080"], fromWorker: [], others: [[], []] });
  });
});

function isOwn(source: string, address: string, ips: { web: string; worker: string }): boolean {
  return address.startsWith(`${source.includes("/web-") ? ips.web : ips.worker}:`) && /\/(web|worker)-/.test(source);
}
