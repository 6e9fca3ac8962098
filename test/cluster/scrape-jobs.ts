import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import type { Cluster } from "../../deploy/cluster/cluster.ts";

const monitor = z.object({
  kind: z.literal("PodMonitor"),
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()),
      matchExpressions: z.array(z.object({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) })),
    }),
    podMetricsEndpoints: z.tuple([
      z.object({
        port: z.string(),
        relabelings: z.array(z.object({ targetLabel: z.string(), replacement: z.string() })),
      }),
    ]),
  }),
});

/** The chart's PodMonitor. */
function podMonitor(): z.infer<typeof monitor>["spec"] {
  const values = "--set=monitoring.enabled=true,networkPolicy.metricsNamespace=x";
  const chart = join(import.meta.dirname, "../../ingress");
  const printed = execFileSync("helm", ["template", "analyze", chart, values], { encoding: "utf8", stdio: "pipe" });
  const all = parseAllDocuments(printed).map((one) => monitor.safeParse(one.toJS()));
  for (const one of all) if (one.success) return one.data.spec;
  throw new Error("the chart has no PodMonitor");
}

/** Prometheus' name for a pod's label or annotation. */
const meta = (what: "label" | "annotation", name: string): string =>
  `__meta_kubernetes_pod_${what}_${name.replaceAll(/[^A-Za-z0-9]/g, "_")}`;

const annotated = (name: string): string => meta("annotation", `prometheus.io/${name}`);
const named = (what: "label" | "annotation", all: Record<string, string>): [string, string][] =>
  Object.entries(all).map(([key, value]) => [meta(what, key), value]);
const keep = (source: string, regex: string): object => ({ action: "keep", source_labels: [source], regex });

const pod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    containers: z.array(
      z.object({ ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]) }),
    ),
  }),
  status: z.object({ podIP: z.string() }),
});

/**
 * The pods of a namespace as Prometheus' discovery by Kubernetes gives them, one target for each port, in the format of
 * its discovery by files: Debian builds Prometheus without the first.
 */
export async function discovered(cluster: Cluster, namespace: string): Promise<object[]> {
  const pods = await cluster.list(pod, "pods", "-n", namespace);
  return pods.flatMap(({ metadata: { name, labels, annotations }, spec, status: { podIP } }) => {
    const own = {
      __meta_kubernetes_namespace: namespace,
      __meta_kubernetes_pod_name: name,
      __meta_kubernetes_pod_ip: podIP,
      ...Object.fromEntries([...named("label", labels), ...named("annotation", annotations)]),
    };
    const ports = spec.containers.flatMap(({ ports: all }) => all);
    return ports.map(({ name: port, containerPort }) => ({
      targets: [`${podIP}:${containerPort}`],
      labels: { ...own, __meta_kubernetes_pod_container_port_name: port },
    }));
  });
}

/** How Prometheus finds the pods, and reaches them: a file with `discovered`, and the URL of a proxy. */
export interface Way {
  file: string;
  proxy: string;
}

function job(name: string, { file, proxy }: Way, relabelings: object[]): object {
  const placed = ["namespace", "pod_name"].map((one) => ({
    source_labels: [`__meta_kubernetes_${one}`],
    target_label: one.replace("_name", ""),
  }));
  const relabel_configs = [...relabelings, ...placed];
  return { job_name: name, proxy_url: proxy, file_sd_configs: [{ files: [file] }], relabel_configs };
}

/** The job that the Prometheus operator makes of the chart's PodMonitor. */
export function podMonitorJob(way: Way): object {
  const { selector, podMetricsEndpoints } = podMonitor();
  const [{ port, relabelings }] = podMetricsEndpoints;
  return job("pod-monitor", way, [
    ...Object.entries(selector.matchLabels).map(([key, value]) => keep(meta("label", key), value)),
    ...selector.matchExpressions.map(({ key, values }) => keep(meta("label", key), values.join("|"))),
    keep("__meta_kubernetes_pod_container_port_name", port),
    ...relabelings.map(({ targetLabel, replacement }) => ({ target_label: targetLabel, replacement })),
  ]);
}

/** A job by annotations, as Prometheus' own chart has it: it takes the pods' labels. */
export function annotationJob(way: Way): object {
  return job("annotations", way, [
    { action: "keep", source_labels: [annotated("scrape")], regex: "true" },
    { source_labels: [annotated("path")], regex: "(.+)", target_label: "__metrics_path__" },
    {
      source_labels: ["__meta_kubernetes_pod_ip", annotated("port")],
      regex: "(.+);(.+)",
      replacement: "$1:$2",
      target_label: "__address__",
    },
    { action: "labelmap", regex: "__meta_kubernetes_pod_label_(.+)" },
  ]);
}
