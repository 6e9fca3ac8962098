import { Counter, type Registry } from "prom-client";
import { spanOutcomes, type Tracing } from "./tracer.ts";

/** Adds what became of the spans, read at each scrape. */
export function registerTraceMetrics(registry: Registry, { counts }: Pick<Tracing, "counts">): void {
  registry.registerMetric(
    new Counter({
      name: "analyze_trace_spans_total",
      help: "Sampled spans. failed: the receiver could not be reached or refused them. dropped: too many waited.",
      labelNames: ["outcome"],
      registers: [],
      collect() {
        this.reset();
        for (const outcome of spanOutcomes) this.inc({ outcome }, counts[outcome]);
      },
    }),
  );
}
