import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registerTraceMetrics } from "@analyze/common/tracing/metrics";
import { Registry, type MetricObject } from "prom-client";
import { Pool } from "undici";
import { expect, it } from "vitest";
import { registerConsumerMetrics } from "../../server/src/worker/jobs/metrics.ts";
import { clientInstruments } from "../src/poller/metrics.ts";
import { createMetrics } from "../../server/src/shared/metrics.ts";
import { Traffic } from "../../server/src/shared/traffic.ts";
import { registerDataMetrics } from "../../server/src/web/data/metrics.ts";
import type { DocumentStore } from "../../server/src/web/data/store.ts";
import { registerWebMetrics } from "../../server/src/web/metrics.ts";
import { registerQueueMetrics } from "../../server/src/web/tasks/metrics.ts";
import type { TaskQueue } from "../../server/src/web/tasks/task-queue.ts";
import { Breaker } from "../../server/src/web/upstream/breaker.ts";

const file = join(import.meta.dirname, "../../docs/metrics.md");

function serviceRegistry(): Registry {
  return createMetrics("1.2.3", new Traffic()).registry;
}

function webRegistry(): Registry {
  const registry = serviceRegistry();
  registerWebMetrics(
    registry,
    new Pool("http://worker.test"),
    new Breaker({ threshold: 1, openMs: 1 }),
  ).showCertificate(new Date());
  return registry;
}

/** Nothing reads from the queue, since nothing scrapes. */
function tasksRegistry(): Registry {
  const registry = new Registry();
  const queue: TaskQueue = Object.create(null);
  registerQueueMetrics(registry, queue);
  return registry;
}

function documentsRegistry(): Registry {
  const registry = new Registry();
  const store: DocumentStore = Object.create(null);
  registerDataMetrics(registry, store);
  return registry;
}

function consumerRegistry(): Registry {
  const registry = new Registry();
  registerConsumerMetrics(registry);
  return registry;
}

function clientRegistry(): Registry {
  const registry = new Registry();
  clientInstruments(registry);
  return registry;
}

function tracesRegistry(): Registry {
  const registry = new Registry();
  registerTraceMetrics(registry, { counts: { sent: 0, failed: 0, dropped: 0 } });
  return registry;
}

/** Our metrics; prom-client's `process_…` and `nodejs_…` are described with it. */
function describedIn(registry: Registry): MetricObject[] {
  return registry.getMetricsAsArray().filter(({ name }) => name.startsWith("analyze_"));
}

function labelsOf(metric: MetricObject): string {
  const labels = "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
  return labels.map((label) => `\`${label}\``).join(", ");
}

function rowsOf(registry: Registry, where: string, known: ReadonlySet<string> = new Set()): string[][] {
  return describedIn(registry)
    .filter(({ name }) => !known.has(name))
    .map((metric) => [`\`${metric.name}\``, metric.type.toString(), labelsOf(metric), where, metric.help]);
}

function tableOf(rows: readonly string[][]): string {
  const head = ["Name", "Type", "Labels", "Where", "Meaning"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function made(): string {
  const shared = new Set(describedIn(serviceRegistry()).map(({ name }) => name));
  return tableOf([
    ...rowsOf(serviceRegistry(), "web, worker"),
    ...rowsOf(webRegistry(), "web", shared),
    ...rowsOf(tasksRegistry(), "web, with tasks"),
    ...rowsOf(documentsRegistry(), "web, with documents"),
    ...rowsOf(consumerRegistry(), "worker, with tasks"),
    ...rowsOf(clientRegistry(), "client"),
    ...rowsOf(tracesRegistry(), "web, worker, client, with traces"),
  ]);
}

it("docs/metrics.md lists every metric of the code (UPDATE_DOCS=1 writes it)", () => {
  const table = /(?<=<!-- metrics -->\n\n)[^]*(?=\n\n<!-- end of metrics -->)/;
  const expected = made();
  if (process.env["UPDATE_DOCS"])
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(table, () => expected),
    );
  expect(table.exec(readFileSync(file, "utf8"))?.[0]).toBe(expected);
});
