import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { dashboards } from "../../monitoring/dashboards.ts";
import { drawDashboard } from "../../monitoring/draw-dashboard.ts";
import { describeWith } from "../support/requirements.ts";

const root = join(import.meta.dirname, "../..");
const files = join(root, "ingress/files/monitoring");
const object = z.looseObject({
  kind: z.string(),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
type Manifest = z.infer<typeof object>;
const monitor = z.object({
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()),
      matchExpressions: z.array(z.object({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) })),
    }),
    podMetricsEndpoints: z.array(
      z.object({ port: z.string(), relabelings: z.array(z.record(z.string(), z.string())) }),
    ),
  }),
});
const workload = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) }),
    }),
  }),
});

const policy = z.object({ egress: z.array(z.unknown()).default([]) });

const helm = (...values: string[]): string[] => [
  "template",
  "analyze",
  join(root, "ingress"),
  "--namespace=analyze",
  ...values.map((value) => `--set=${value}`),
];

function rendered(...values: string[]): Manifest[] {
  const printed = execFileSync("helm", helm(...values), { encoding: "utf8", stdio: "pipe" });
  return parseAllDocuments(printed)
    .map((document): unknown => document.toJS())
    .filter((one) => one !== null)
    .map((one) => object.parse(one));
}

const on = ["monitoring.enabled=true", "networkPolicy.metricsNamespace=monitoring"];

function named(manifests: Manifest[], kind: string): Manifest[] {
  return manifests.filter((one) => one.kind === kind);
}

describeWith(["helm", "prometheus"], "the chart's monitoring", () => {
  it("is off by default, and then renders no object", () => {
    const kinds = new Set(rendered().map(({ kind }) => kind));
    expect([kinds.has("PodMonitor"), kinds.has("PrometheusRule")]).toEqual([false, false]);
  });

  it("has a PodMonitor that selects only the pods of web and worker, with the label that the alerts use", () => {
    const manifests = rendered(...on, "redis.enabled=true", "edge.kind=nginx");
    const [found] = named(manifests, "PodMonitor");
    expect(found?.metadata.labels).toMatchObject({ release: "kube-prometheus-stack" });
    const { selector, podMetricsEndpoints } = monitor.parse(found).spec;
    expect(podMetricsEndpoints).toEqual([
      { port: "metrics", relabelings: [{ targetLabel: "app", replacement: "analyze" }] },
    ]);
    const selected = [...named(manifests, "Deployment"), ...named(manifests, "StatefulSet")].filter((one) => {
      const { labels } = workload.parse(one).spec.template.metadata;
      const isSame = Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
      return isSame && selector.matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ""));
    });
    expect(selected.map(({ metadata }) => metadata.name).toSorted()).toEqual(["web", "worker"]);
  });

  it("has the unchanged rules of rules.yml as a PrometheusRule that promtool accepts", () => {
    const [rule] = named(rendered(...on), "PrometheusRule");
    expect(rule?.["spec"]).toEqual(parse(readFileSync(join(files, "rules.yml"), "utf8")));
    const folder = mkdtempSync(join(tmpdir(), "analyze-rule-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "rules.yml"), stringify(rule?.["spec"]));
    expect(execFileSync("promtool", ["check", "rules", join(folder, "rules.yml")], { encoding: "utf8" })).toContain(
      "SUCCESS",
    );
  });

  it("has each dashboard as a ConfigMap with the label that Grafana's sidecar looks for", () => {
    const maps = named(rendered(...on), "ConfigMap").filter(
      ({ metadata }) => metadata.labels["grafana_dashboard"] === "1",
    );
    const data = maps.map((one) => one["data"]);
    expect(data).toEqual(
      expect.arrayContaining(dashboards.map((one) => ({ [`${one.name}.json`]: drawDashboard(one) }))),
    );
    expect(maps).toHaveLength(dashboards.length);
  });

  it("annotates the pods for a Prometheus without the operator, with the label that the alerts use", () => {
    const manifests = rendered("monitoring.scrapeAnnotations=true", "networkPolicy.metricsNamespace=monitoring");
    for (const one of named(manifests, "Deployment"))
      expect(workload.parse(one).spec.template.metadata).toMatchObject({
        labels: { app: "analyze" },
        annotations: {
          "prometheus.io/scrape": "true",
          "prometheus.io/port": "9090",
          "prometheus.io/path": "/metrics",
        },
      });
  });

  it("sends spans if tracing is on, and lets web and worker reach the receiver", () => {
    const endpoint = "http://collector.observability.svc:4318";
    const manifests = rendered(`tracing.endpoint=${endpoint}`, "tracing.namespace=observability");
    for (const name of ["web", "worker"]) {
      const own = manifests.filter(({ metadata }) => metadata.name === name);
      expect(named(own, "ConfigMap")[0]?.["data"]).toMatchObject({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.01",
      });
      const allowed = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "observability" } } };
      const { egress } = policy.parse(named(own, "NetworkPolicy")[0]?.["spec"]);
      expect(egress).toContainEqual({ to: [allowed] });
      expect(JSON.stringify(egress)).toContain('"port":53');
    }
    expect(JSON.stringify(rendered())).not.toMatch(/OTEL_|"to":\[\]/);
  });

  it.each([
    ["tracing.endpoint=http://c:4318", /set tracing.namespace to the namespace of the endpoint's pods/],
    ["tracing.endpoint=http://me:s3cret@c:4318", /without user and password/],
    ["tracing.sampler=jaeger_remote", /tracing\/sampler/],
  ])("refuses to render %s", (value, message) => {
    const { status, stderr } = spawnSync("helm", helm(value), { encoding: "utf8" });
    expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toContain("s3cret");
  });

  it("refuses to render scraping that the network policies would block", () => {
    const { status, stderr } = spawnSync("helm", helm("monitoring.enabled=true"), { encoding: "utf8" });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("set networkPolicy.metricsNamespace to Prometheus' namespace"),
    ]);
  });
});
