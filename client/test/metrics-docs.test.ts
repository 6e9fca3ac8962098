import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Registry, type MetricObjectWithValues, type MetricValue } from "prom-client";
import { Pool } from "undici";
import { expect, it } from "vitest";
import { clientInstruments } from "../src/poller/metrics.ts";
import { createMetrics } from "../../server/src/shared/metrics.ts";
import { Traffic } from "../../server/src/shared/traffic.ts";
import { registerWebMetrics } from "../../server/src/web/metrics.ts";
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

function clientRegistry(): Registry {
  const registry = new Registry();
  clientInstruments(registry);
  return registry;
}

type Described = MetricObjectWithValues<MetricValue<string>>;

/** Those of our own; prom-client's `process_…` and `nodejs_…` are described with it. */
async function describedIn(registry: Registry): Promise<Described[]> {
  const all: Described[] = await registry.getMetricsAsJSON();
  return all.filter(({ name }) => name.startsWith("analyze_"));
}

function labelsOf(registry: Registry, name: string): string {
  const metric = registry.getSingleMetric(name);
  const labels = metric && "labelNames" in metric && Array.isArray(metric.labelNames) ? metric.labelNames : [];
  return labels.map((label) => `\`${label}\``).join(", ");
}

async function rowsOf(registry: Registry, where: string, known: ReadonlySet<string>): Promise<string[][]> {
  const described = await describedIn(registry);
  return described
    .filter(({ name }) => !known.has(name))
    .map(({ name, type, help }) => [`\`${name}\``, type.toString(), labelsOf(registry, name), where, help]);
}

function tableOf(rows: readonly string[][]): string {
  const head = ["Name", "Type", "Labels", "Where", "Meaning"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

async function made(): Promise<string> {
  const shared = new Set((await describedIn(serviceRegistry())).map(({ name }) => name));
  const rows = [
    ...(await rowsOf(serviceRegistry(), "web, worker", new Set())),
    ...(await rowsOf(webRegistry(), "web", shared)),
    ...(await rowsOf(clientRegistry(), "client", new Set())),
  ];
  return tableOf(rows);
}

it("docs/metrics.md lists every metric as the code has it (UPDATE_DOCS=1 writes it)", async () => {
  const table = /(?<=<!-- metrics -->\n\n)[^]*(?=\n\n<!-- end of metrics -->)/;
  const expected = await made();
  if (process.env["UPDATE_DOCS"])
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(table, () => expected),
    );
  expect(table.exec(readFileSync(file, "utf8"))?.[0]).toBe(expected);
});
