import { Counter, Gauge, type Registry } from "prom-client";
import { jobKinds } from "../../shared/queue/job.ts";
import { addOutcomes, type TaskQueue } from "./task-queue.ts";

/** Adds a gauge that is read for each scrape; it keeps its values where the reading fails. */
function addGauge(registry: Registry, name: string, help: string, read: (gauge: Gauge) => Promise<void>): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: ["state", "kind"],
    registers: [],
    collect() {
      return read(this).catch(() => undefined);
    },
  });
  registry.registerMetric(gauge);
}

function addGauges(registry: Registry, queue: TaskQueue): void {
  addGauge(registry, "analyze_queue_redis_up", "1 when Redis answered this scrape, else 0.", async (gauge) => {
    gauge.set(0);
    await queue.pressure.read();
    gauge.set(1);
  });
  addGauge(registry, "analyze_queue_jobs", "Jobs in the queue by state.", async (gauge) => {
    const { waiting, active, completed, failed } = await queue.pressure.read();
    const states = { waiting, active, completed, failed };
    for (const [state, value] of Object.entries(states)) gauge.set({ state }, value);
  });
  const age = "Age of the oldest waiting job; 0 where none waits.";
  addGauge(registry, "analyze_queue_oldest_waiting_seconds", age, async (gauge) =>
    gauge.set((await queue.oldestMs()) / 1000),
  );
  const memory = "Memory of Redis: used, and its limit (0: none).";
  addGauge(registry, "analyze_queue_redis_memory_bytes", memory, async (gauge) => {
    const { usedBytes, maxBytes } = await queue.pressure.read();
    gauge.set({ kind: "used" }, usedBytes);
    gauge.set({ kind: "max" }, maxBytes);
  });
  const polls = "Jobs that callers of this instance wait for.";
  addGauge(registry, "analyze_queue_long_polls", polls, async (gauge) => gauge.set(queue.waiters.size));
}

/** Adds the queue's metrics. */
export function registerQueueMetrics(registry: Registry, queue: TaskQueue): void {
  addGauges(registry, queue);
  const added = new Counter({
    name: "analyze_queue_adds_total",
    help: "Attempts to add a job, by kind and outcome. Repetitions of a stored job count as stored.",
    labelNames: ["kind", "outcome"],
    registers: [],
  });
  for (const kind of jobKinds) for (const outcome of addOutcomes) added.inc({ kind, outcome }, 0);
  queue.onAdd = (kind, outcome) => added.inc({ kind, outcome });
  registry.registerMetric(added);
}
