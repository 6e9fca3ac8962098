import type { Options } from "../../deploy/minikube/options.ts";
import { insideAddress, splitAddress } from "../../deploy/minikube/reach.ts";
import { readOptions } from "../../deploy/minikube/options.ts";
import type { Place, Targets } from "./connect.ts";
import type { World } from "./world.ts";

/** The namespace that prod allows to read metrics, with the tests' name. */
export const monitoring = "analyze-net-monitoring";

export type Kind = Options["edge"];

/** A deployment whose connections are tested. */
export interface Phase {
  args: string[];
  /** web's Service has a node port. */
  isPublished: boolean;
  /** The namespace `monitoring` may read the metrics. */
  isMonitored: boolean;
}

const part = (component: string): Record<string, string> => ({
  "app.kubernetes.io/name": "analyze",
  "app.kubernetes.io/instance": "analyze",
  "app.kubernetes.io/component": component,
});

function edgePlace(kind: Kind, home: string): Place {
  if (kind === "nginx") return { namespace: home, labels: part("edge") };
  if (kind === "ingress") return { namespace: "ingress-nginx", labels: { "app.kubernetes.io/name": "ingress-nginx" } };
  return { namespace: "envoy-gateway-system", labels: { "app.kubernetes.io/managed-by": "envoy-gateway" } };
}

/** Pods that replace others besides web and worker. `edge`, `test` and `backup` have the labels of the original. */
export function places(kind: Kind, home: string): Record<string, Place> {
  return {
    edge: edgePlace(kind, home),
    test: { namespace: home, labels: part("test") },
    backup: { namespace: home, labels: part("backup") },
    neighbour: { namespace: home },
    foreigner: { namespace: "default" },
    monitoring: { namespace: monitoring },
  };
}

/** Without terminating pods of the last rollout. */
const aliveIps = "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.status.podIP}} {{end}}{{end}}";

/** The targets: our pods, the edge as `helm test` calls it, the cluster's DNS and its API server. */
export async function targetsOf({ cluster, namespace }: World, kind: Kind): Promise<Targets> {
  const ip = async (home: string, ...which: string[]): Promise<string> =>
    (await cluster.read("-n", home, "get", "pods", ...which, "-o", aliveIps)).split(" ")[0] ?? "";
  const ours = (name: string): Promise<string> =>
    ip(namespace, "-l", `app.kubernetes.io/component=${name},pod-template-hash`);
  const store = (name: string): Promise<string> => ip(namespace, "-l", `app.kubernetes.io/component=${name}`);
  const options = { ...readOptions(["deploy"], {}), edge: kind, namespace };
  const inside = async (): Promise<string> => `${splitAddress(await insideAddress(cluster, options)).host}:443`;
  const [web, worker] = [await ours("web"), await ours("worker")];
  return {
    "web:http": `${web}:8080`,
    "web:metrics": `${web}:9090`,
    "worker:http": `${worker}:8080`,
    "worker:metrics": `${worker}:9090`,
    "edge:https": kind === "nginx" ? `${await ours("edge")}:8443` : await inside(),
    redis: `${await store("redis")}:6379`,
    mongodb: `${await store("mongodb")}:27017`,
    dns: `${await ip("kube-system", "-l", "k8s-app=kube-dns")}:53`,
    api: `${await cluster.read("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")}:443`,
  };
}

/** The connections of the picture in docs/kubernetes.md, per source. */
export function picture(kind: Kind, { isPublished, isMonitored }: Phase): Record<string, string[]> {
  const published = isPublished ? ["web:http"] : [];
  const open = kind === "nginx" ? ["edge:https"] : [];
  const metrics = isMonitored ? ["web:metrics", "worker:metrics"] : [];
  return {
    web: ["dns", "mongodb", "redis", "worker:http"],
    worker: ["dns", "redis"],
    edge: kind === "nginx" ? ["dns", "web:http"] : ["web:http"],
    test: ["edge:https"],
    backup: ["dns", "mongodb"],
    neighbour: [],
    foreigner: [...open, ...published],
    monitoring: [...open, ...published, ...metrics].toSorted(),
  };
}

/** Targets that are not checked for a source: itself, and what policies of this namespace cannot restrict. */
function beyond(kind: Kind, source: string): string[] {
  if (source === "web" || source === "worker") return [`${source}:http`, `${source}:metrics`];
  if (source === "neighbour" || source === "backup") return [];
  // It may call port 443 anywhere, since an edge may be there.
  if (source === "test") return ["api"];
  if (kind === "nginx") return source === "edge" ? ["edge:https"] : ["dns", "api"];
  return ["edge:https", "dns", "api"];
}

/** The targets that are checked for a source. */
export function judgedBy(kind: Kind, source: string, all: Targets): Targets {
  const except = new Set(beyond(kind, source));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !except.has(name)));
}
