import { Counter, Gauge, type Registry } from "prom-client";
import { operations, type DocumentStore } from "./store.ts";

/** Adds the metrics of documents. */
export function registerDataMetrics(registry: Registry, store: DocumentStore): void {
  const up = new Gauge({
    name: "analyze_data_mongodb_up",
    help: "1 when MongoDB answered when it was last tried, else 0.",
    registers: [],
    collect() {
      this.set(store.isAvailable ? 1 : 0);
    },
  });
  const done = new Counter({
    name: "analyze_data_operations_total",
    help: "Operations on MongoDB, by operation and outcome. failed: it did not answer in time, or could not.",
    labelNames: ["operation", "outcome"],
    registers: [],
  });
  for (const operation of operations) for (const outcome of ["ok", "failed"]) done.inc({ operation, outcome }, 0);
  store.onOperation = (operation, outcome) => done.inc({ operation, outcome });
  registry.registerMetric(up);
  registry.registerMetric(done);
}
