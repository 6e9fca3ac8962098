import { expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { isAllowed, type End } from "./policies.ts";
import { behindTargetGroup, networkPolicy, objectsOf, rendered } from "./render.ts";

const namespace = "analyze";
const labelsOf = (component: string): Record<string, string> => ({
  "app.kubernetes.io/name": "analyze",
  "app.kubernetes.io/instance": "analyze",
  "app.kubernetes.io/component": component,
});
const ports = { http: 8080, metrics: 9090, redis: 6379, mongodb: 27017 };
const web: End = { name: "web", namespace, labels: labelsOf("web"), ports };
const worker: End = { name: "worker", namespace, labels: labelsOf("worker"), ports };
const redis: End = { name: "redis", namespace, labels: labelsOf("redis"), ports };
/** Of this release, in this namespace or another one. */
const dataAt = (home: string): { mongodb: End; backup: End } => ({
  mongodb: { name: "mongodb", namespace: home, labels: labelsOf("mongodb"), ports },
  backup: { name: "backup", namespace: home, labels: labelsOf("backup"), ports },
});
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

/** Every connection between these ends that the rendered policies allow; MongoDB may be in another namespace. */
function allowed(yaml: string, home = namespace): string[] {
  const { mongodb, backup } = dataAt(home);
  const policies = [...objectsOf(yaml, networkPolicy).values()];
  const ends = [
    web,
    worker,
    redis,
    mongodb,
    backup,
    neighbour,
    stranger,
    controller,
    gateway,
    monitoring,
    balancer,
    nodes,
    dns,
  ];
  const own = new Set([web, worker, redis, mongodb, backup]);
  const ours = (from: End, to: End): boolean => [from, to].some((end) => own.has(end)) && from !== to;
  return ends.flatMap((from) =>
    ends
      .filter((to) => ours(from, to))
      .flatMap((to) =>
        [8080, 9090, 53, 443, 6379, 27_017]
          .filter((port) => isAllowed(policies, from, to, port))
          .map((port) => `${from.name} → ${to.name}:${port}`),
      ),
  );
}

/** Connections of the services with tasks on. */
const between = [
  ...edges([web], [worker], [8080]),
  ...edges([web], [redis], [6379]),
  ...edges([web], [dns], [53]),
  ...edges([worker], [redis], [6379]),
  ...edges([worker], [dns], [53]),
];

describeWith(["helm"], "the rendered NetworkPolicies", () => {
  it("let the ingress controller reach web, web reach worker, both reach Redis and DNS: nothing else", () => {
    expect(allowed(rendered("dev"))).toEqual([...between, ...edges([controller], [web], [8080])]);
  });

  it("allow no access to Redis if tasks are off, and none from worker", () => {
    expect(allowed(rendered("dev", "redis.enabled=false"))).toEqual([
      ...edges([web], [worker], [8080]),
      ...edges([web], [dns], [53]),
      ...edges([controller], [web], [8080]),
    ]);
  });

  it.each([["", namespace] as const, ["data", "data"] as const])(
    "let only web and backups reach MongoDB, in this namespace or its own: %s",
    (own, home) => {
      const { mongodb, backup } = dataAt(home);
      const yaml = rendered("dev", "mongodb.enabled=true", `mongodb.namespace=${own}`);
      const found = allowed(yaml, home).filter((edge) => /mongodb|backup/.test(edge));
      expect(found).toEqual([
        ...edges([web], [mongodb], [27_017]),
        ...edges([backup], [mongodb], [27_017]),
        ...edges([backup], [dns], [53]),
      ]);
      expect(yaml).toContain(`mongodb://mongodb.${home}.svc.cluster.local:27017/analyze`);
    },
  );

  it("let a named namespace read the metrics, and no more", () => {
    const yaml = rendered("dev", "networkPolicy.metricsNamespace=monitoring");
    expect(allowed(yaml).filter((edge) => edge.includes("monitoring"))).toEqual(
      edges([monitoring], [web, worker], [9090]),
    );
  });

  it("let any address reach web, and nothing else, if its Service is published without the edge", () => {
    const published = allowed(rendered("dev", "web.service.type=NodePort"));
    const callers = [worker, neighbour, stranger, controller, gateway, monitoring, balancer, nodes, dns];
    const outside = callers.filter(({ namespace: home }) => home !== namespace);
    expect(published.filter((edge) => edge.endsWith("→ web:8080"))).toEqual(edges(outside, [web], [8080]));
    expect(published.filter((edge) => edge.includes("→ worker"))).toEqual(edges([web], [worker], [8080]));
  });

  it("let the load balancer's subnets reach web if it is outside of the cluster, and no controller's pods", () => {
    expect(allowed(rendered("prod", ...behindTargetGroup, "networkPolicy.metricsNamespace="))).toEqual([
      ...between,
      ...edges([balancer], [web], [8080]),
    ]);
  });
});
