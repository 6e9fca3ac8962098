import { Counter, Gauge, type Registry } from "prom-client";
import { jobKinds } from "../../shared/queue/job.ts";
import { addOutcomes, type TaskQueue } from "./task-queue.ts";

interface Description {
  name: string;
  help: string;
  labelNames?: string[];
}

/** Adds a gauge that is read for each scrape; it keeps its values if the reading fails. */
function addGauge(registry: Registry, description: Description, read: (gauge: Gauge) => Promise<void>): void {
  const gauge = new Gauge({
    ...description,
    registers: [],
    collect() {
      return read(this).catch(() => undefined);
    },
  });
  registry.registerMetric(gauge);
}

const described = {
  up: { name: "analyze_queue_redis_up", help: "1 when Redis answered this scrape, else 0." },
  jobs: { name: "analyze_queue_jobs", help: "Jobs in the queue by state.", labelNames: ["state"] },
  age: {
    name: "analyze_queue_oldest_waiting_seconds",
    help: "Age of the oldest waiting job; 0 where none waits.",
  },
  memory: {
    name: "analyze_queue_redis_memory_bytes",
    help: "Memory of Redis: used, and its limit (0: none).",
    labelNames: ["kind"],
  },
  polls: { name: "analyze_queue_long_polls", help: "Jobs that callers of this instance wait for." },
} satisfies Record<string, Description>;

function addGauges(registry: Registry, queue: TaskQueue): void {
  addGauge(registry, described.up, async (gauge) => {
    gauge.set(0);
    await queue.pressure.read();
    gauge.set(1);
  });
  addGauge(registry, described.jobs, async (gauge) => {
    const { waiting, active, completed, failed } = await queue.pressure.read();
    const states = { waiting, active, completed, failed };
    for (const [state, value] of Object.entries(states)) gauge.set({ state }, value);
  });
  addGauge(registry, described.age, async (gauge) => gauge.set((await queue.oldestMs()) / 1000));
  addGauge(registry, described.memory, async (gauge) => {
    const { usedBytes, maxBytes } = await queue.pressure.read();
    gauge.set({ kind: "used" }, usedBytes);
    gauge.set({ kind: "max" }, maxBytes);
  });
  addGauge(registry, described.polls, async (gauge) => gauge.set(queue.waiters.size));
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
