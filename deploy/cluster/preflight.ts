import type { Cluster } from "./cluster.ts";
import type { Run } from "../run.ts";
import type { Finding } from "./finding.ts";
import type { Options } from "../minikube/options.ts";

const stop = (name: string, what: string, ...todo: string[]): Finding => ({ level: "stop", name, what, todo });
const warn = (name: string, what: string, ...todo: string[]): Finding => ({ level: "warn", name, what, todo });

/** Network plugins that enforce NetworkPolicies, by the name of their DaemonSet. */
const enforcing = /calico|cilium|antrea|kube-router|weave|ovn|kindnet|canal|aws-node/;

const tools = {
  kubectl: ["version", "--client"],
  helm: ["version"],
  docker: ["info"],
  minikube: ["version"],
  kind: ["version"],
} as const;

const advice: Record<keyof typeof tools, string> = {
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  helm: "https://helm.sh/docs/intro/install/ (3.14 or newer)",
  docker: "install Docker and start its daemon",
  minikube: "https://minikube.sigs.k8s.io/docs/start/",
  kind: "https://kind.sigs.k8s.io/docs/user/quick-start/",
};

async function toolFindings(run: Run, names: readonly (keyof typeof tools)[]): Promise<Finding[]> {
  const results = await Promise.all(names.map(async (name) => ({ name, ...(await run(name, tools[name])) })));
  return results
    .filter(({ code }) => code !== 0)
    .map(({ name, code, stderr }) => {
      const said = stderr.trim().split("\n")[0] ?? "";
      return stop(
        `tool-${name}`,
        code === 127 ? `${name} is not here` : `${name} does not work: ${said}`,
        advice[name],
      );
    });
}

/** What must be there before there is a cluster to ask. */
export function localFindings(run: Run): Promise<Finding[]> {
  return toolFindings(run, ["kubectl", "helm", "docker"]);
}

async function loaderFindings(run: Run, cluster: Cluster, { imageLoader }: Options): Promise<Finding[]> {
  if (imageLoader) return [];
  if (cluster.kind !== "other") return toolFindings(run, [cluster.kind]);
  const what = `the cluster of context ${cluster.context} is neither minikube nor kind, so there is no way to load images`;
  return [stop("image-loader", what, 'set IMAGE_LOADER, for example IMAGE_LOADER="k3d image import"')];
}

async function versionFindings(cluster: Cluster): Promise<Finding[]> {
  const text = await cluster.read("get", "--raw", "/version");
  const [, minor = "0"] = /"minor":\s*"(\d+)/.exec(text) ?? [];
  if (Number(minor) >= 30) return [];
  const what = `Kubernetes 1.${minor} has no preStop.sleep: pods would be stopped before the edge knows`;
  return [stop("kubernetes-version", what, "1.30 or newer: minikube start --kubernetes-version=stable")];
}

async function ingressFindings(cluster: Cluster): Promise<Finding[]> {
  const path = "jsonpath={.spec.controller}";
  const { code, stdout } = await cluster.kubectl("get", "ingressclass", "nginx", "-o", path);
  const enable =
    cluster.kind === "kind"
      ? "https://kind.sigs.k8s.io/docs/user/ingress/"
      : `minikube -p ${cluster.context} addons enable ingress`;
  if (code !== 0) {
    return [stop("ingress-class", "the cluster has no ingress class nginx", enable, "or bring our own: --edge nginx")];
  }
  if (stdout !== "k8s.io/ingress-nginx") {
    const what = `class nginx belongs to ${stdout}, which does not read this chart's annotations`;
    return [stop("ingress-class", what, "bring our own: --edge nginx")];
  }
  const retired = "the community controller is retired since March 2026: no more fixes, not even of CVEs";
  return [
    warn(
      "controller-retired",
      retired,
      "ways out: --edge nginx, or the chart's edge.kind=gateway (docs/kubernetes.md)",
    ),
  ];
}

async function addonFindings(cluster: Cluster): Promise<Finding[]> {
  const metrics = await cluster.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io");
  const daemons = await cluster.read("get", "daemonsets,pods", "-A", "-o", "name");
  return [
    ...(metrics.code === 0
      ? []
      : [warn("metrics", "no metrics API: pods are not scaled by load", "minikube addons enable metrics-server")]),
    ...(enforcing.test(daemons)
      ? []
      : [
          warn(
            "network-policy",
            "no network plugin known to enforce NetworkPolicies: they are stored, and stop nothing",
            "minikube start --cni=calico (a new cluster)",
          ),
        ]),
  ];
}

/** What the cluster lacks for this deployment. */
export async function clusterFindings(run: Run, cluster: Cluster, options: Options): Promise<Finding[]> {
  const found = await Promise.all([
    loaderFindings(run, cluster, options),
    versionFindings(cluster),
    options.edge === "ingress" ? ingressFindings(cluster) : [],
    addonFindings(cluster),
  ]);
  return found.flat();
}
