import { Counter, Histogram, type Registry } from "prom-client";
import { jobKinds, type JobKind } from "../../shared/queue/job.ts";

/** The consumer's counters. */
export interface ConsumerMetrics {
  /** A job was processed in this many seconds; `isFirst`: its result was stored. */
  done(kind: JobKind, seconds: number, isFirst: boolean): void;
  /** A run failed; `isFinal`: the job does not run again. */
  failed(isFinal: boolean): void;
  /** A job whose worker vanished was put back. */
  stalled(): void;
}

/** Adds the consumer's metrics. Each instance counts its own work. */
export function registerConsumerMetrics(registry: Registry): ConsumerMetrics {
  const duration = new Histogram({
    name: "analyze_tasks_duration_seconds",
    help: "Time from the start of a job's run to its stored result.",
    labelNames: ["kind"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [],
  });
  const completed = new Counter({
    name: "analyze_tasks_completed_total",
    help: "Jobs whose result this instance stored: once per job over all instances.",
    labelNames: ["kind"],
    registers: [],
  });
  const failed = new Counter({
    name: "analyze_tasks_failed_total",
    help: "Failed runs. final=true: the job is a dead letter now.",
    labelNames: ["final"],
    registers: [],
  });
  const stalled = new Counter({
    name: "analyze_tasks_stalled_total",
    help: "Jobs that this instance put back, because the instance that ran them vanished.",
    registers: [],
  });
  for (const kind of jobKinds) completed.inc({ kind }, 0);
  for (const final of ["true", "false"]) failed.inc({ final }, 0);
  registry.registerMetric(duration);
  registry.registerMetric(completed);
  registry.registerMetric(failed);
  registry.registerMetric(stalled);
  return {
    done: (kind, seconds, isFirst) => {
      duration.observe({ kind }, seconds);
      if (isFirst) completed.inc({ kind });
    },
    failed: (isFinal) => failed.inc({ final: String(isFinal) }),
    stalled: () => stalled.inc(),
  };
}
