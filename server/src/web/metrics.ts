import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";
import type { Pool } from "undici";
import { breakerStates, type Breaker } from "./upstream/breaker.ts";
import type { CallFailureKind } from "./upstream/call.ts";

/** Adds what web alone has to show: its connections to worker, the breaker, and the life of its certificate. */
export function registerWebMetrics(registry: Registry, pool: Pool, breaker: Breaker) {
  const connections = new Gauge({
    name: "worker_pool",
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
    name: "worker_breaker_state",
    help: "1 for the state that the breaker is in.",
    labelNames: ["state"],
    registers: [],
    collect() {
      for (const state of breakerStates) this.set({ state }, state === breaker.state ? 1 : 0);
    },
  });
  const failures = new Counter({
    name: "worker_call_failures_total",
    help: "Calls to worker that got no answer, by why; an unaccepted one may have been made again with success.",
    labelNames: ["kind"],
    registers: [],
  });
  const certificate = new Gauge({
    name: "tls_certificate_not_after_seconds",
    help: "End of the served certificate's life, in seconds since 1970.",
    registers: [],
  });
  registry.registerMetric(connections);
  registry.registerMetric(breakerState);
  registry.registerMetric(failures);
  return {
    countFailure: (kind: CallFailureKind) => failures.inc({ kind }),
    showCertificate: (notAfter: Date) => {
      if (!registry.getSingleMetric("tls_certificate_not_after_seconds")) registry.registerMetric(certificate);
      certificate.set(notAfter.getTime() / 1000);
    },
  };
}
