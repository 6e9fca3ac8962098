import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { clusterNames } from "./names.ts";
import { measuredPods, metricsPort, scrapeConfig } from "./scrape-config.ts";

const step = z.object({
  action: z.enum(["keep", "drop", "replace"]).default("replace"),
  source_labels: z.array(z.string()).default([]),
  regex: z.string().default("(.*)"),
  target_label: z.string().optional(),
  replacement: z.string().optional(),
});
const job = z.object({
  kubernetes_sd_configs: z.array(z.unknown()),
  relabel_configs: z.array(step),
});
const { scrape_configs: jobs } = z.object({ scrape_configs: z.array(job) }).parse(parse(scrapeConfig()));
const steps = jobs.flatMap((one) => one.relabel_configs);

type Labels = Readonly<Record<string, string>>;

/** The labels that Prometheus gives this target, without those that it hides; null: it is not scraped. */
function relabelled(found: Labels): Labels | null {
  const labels: Record<string, string> = { ...found };
  for (const { action, source_labels: sources, regex, target_label: label, replacement } of steps) {
    const value = sources.map((name) => labels[name] ?? "").join(";");
    const matches = new RegExp(`^(?:${regex})$`).test(value);
    if ((action === "keep" && !matches) || (action === "drop" && matches)) return null;
    if (label !== undefined) labels[label] = replacement ?? value;
  }
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("__")));
}

function target(component: string, port: string, more: Labels = {}): Labels {
  const pod = "__meta_kubernetes_pod";
  return {
    __meta_kubernetes_namespace: "analyze",
    [`${pod}_name`]: `${component}-1`,
    [`${pod}_container_name`]: component,
    [`${pod}_container_port_name`]: port,
    [`${pod}_label_app_kubernetes_io_name`]: "analyze",
    [`${pod}_label_app_kubernetes_io_component`]: component,
    [`${pod}_phase`]: "Running",
    ...more,
  };
}

it.each(["web", "worker"])("scrapes the metrics port of %s, with the label that the alerts choose by", (component) => {
  expect(relabelled(target(component, "metrics"))).toEqual({
    app: "analyze",
    namespace: "analyze",
    pod: `${component}-1`,
    container: component,
  });
});

it.each<[what: string, found: Labels]>([
  ["the port of callers", target("web", "http")],
  ["a store", target("redis", "redis")],
  ["the edge", target("edge", "metrics")],
  ["a pod that has ended", target("worker", "metrics", { __meta_kubernetes_pod_phase: "Succeeded" })],
  ["another application", target("web", "metrics", { __meta_kubernetes_pod_label_app_kubernetes_io_name: "shop" })],
])("does not scrape %s", (_, found) => {
  expect(relabelled(found)).toBeNull();
});

it("looks for pods in our namespace only", () => {
  expect(jobs.map((one) => one.kubernetes_sd_configs)).toEqual([
    [{ role: "pod", namespaces: { names: [clusterNames.namespace] } }],
  ]);
});

function template(name: string): string {
  return readFileSync(new URL(`../../../ingress/templates/${name}`, import.meta.url), "utf8");
}

it("knows the pods by the labels and the port that the chart gives them", () => {
  expect(template("_workload.tpl")).toContain(`{name: ${metricsPort}, containerPort: 9090}`);
  expect(template("_helpers.tpl")).toContain(`app.kubernetes.io/name: ${measuredPods["app.kubernetes.io/name"][0]}`);
  const components = measuredPods["app.kubernetes.io/component"];
  expect(template("monitoring.yaml")).toContain(
    `{key: app.kubernetes.io/component, operator: In, values: [${components.join(", ")}]}`,
  );
});
