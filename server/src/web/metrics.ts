import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { Pool } from "undici";
import { breakerStates, type Breaker } from "./upstream/breaker.ts";
import { callFailureKinds, type CallFailureKind } from "./upstream/call.ts";

/** Adds the metrics that only web has: connections to worker, breaker, and the end of its certificate. */
export function registerWebMetrics(registry: Registry, pool: Pool, breaker: Breaker) {
  const connections = new Gauge({
    name: "analyze_worker_pool",
    help: "Connections to worker (connected, free) and requests to it (running, pending, queued).",
    labelNames: ["state"],
    registers: [],
    collect() {
      const { connected, free, running, pending, queued } = pool.stats;
      for (const [state, value] of Object.entries({ connected, free, running, pending, queued }))
        this.set({ state }, value);
    },
  });
  const breakerState = new Gauge({
    name: "analyze_worker_breaker_state",
    help: "1 for the current state of the breaker to worker, 0 for the others.",
    labelNames: ["state"],
    registers: [],
    collect() {
      for (const state of breakerStates) this.set({ state }, state === breaker.state ? 1 : 0);
    },
  });
  const failures = new Counter({
    name: "analyze_worker_call_failures_total",
    help: "Failed worker calls, by reason. Each attempt counts; a later one may have succeeded.",
    labelNames: ["reason"],
    registers: [],
  });
  for (const reason of callFailureKinds) failures.inc({ reason }, 0);
  const certificate = new Gauge({
    name: "analyze_tls_certificate_not_after_timestamp_seconds",
    help: "End of the served certificate's validity, Unix time in seconds.",
    registers: [],
  });
  registry.registerMetric(connections);
  registry.registerMetric(breakerState);
  registry.registerMetric(failures);
  return {
    countFailure: (reason: CallFailureKind) => failures.inc({ reason }),
    showCertificate: (notAfter: Date) => {
      if (!registry.getSingleMetric("analyze_tls_certificate_not_after_timestamp_seconds"))
        registry.registerMetric(certificate);
      certificate.set(notAfter.getTime() / 1000);
    },
  };
}
