import { stringify } from "yaml";
import { clusterNames } from "./names.ts";

/** Name of the container port that web and worker serve their metrics on. */
export const metricsPort = "metrics";

/** Labels of the pods that serve metrics, as the chart gives them. */
export const measuredPods = {
  "app.kubernetes.io/name": ["analyze"],
  "app.kubernetes.io/component": ["web", "worker"],
} as const;

/**
 * Prometheus' configuration (YAML) for a collector that finds the pods by the cluster's API: what the chart's PodMonitor selects,
 * with the same labels. 30 seconds is the shortest interval of AWS's collector.
 */
export function scrapeConfig(): string {
  const pod = "__meta_kubernetes_pod";
  const keep = Object.entries(measuredPods).map(([label, values]) => ({
    action: "keep",
    source_labels: [`${pod}_label_${label.replaceAll(/[^a-z]/g, "_")}`],
    regex: values.join("|"),
  }));
  const job = {
    job_name: "analyze",
    kubernetes_sd_configs: [{ role: "pod", namespaces: { names: [clusterNames.namespace] } }],
    relabel_configs: [
      ...keep,
      { action: "keep", source_labels: [`${pod}_container_port_name`], regex: metricsPort },
      { action: "drop", source_labels: [`${pod}_phase`], regex: "Failed|Succeeded" },
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: [`${pod}_name`], target_label: "pod" },
      { source_labels: [`${pod}_container_name`], target_label: "container" },
      // The alerts choose by this label, whoever scrapes.
      { target_label: "app", replacement: "analyze" },
    ],
  };
  return stringify({ global: { scrape_interval: "30s" }, scrape_configs: [job] }, { lineWidth: 0 });
}
