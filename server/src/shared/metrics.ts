import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Traffic } from "./traffic.ts";

export interface Metrics {
  registry: Registry;
  /**
   * Counts finished requests of one kind: called with the seconds from the arrival of a request's headers to the end of
   * its answer. Keep the function: the search for the kind costs more than the count.
   */
  observer(method: string, route: string, status: number): (seconds: number) => void;
}

/** Durations of one kind of request that are kept before they are counted together. */
const batch = 256;

/**
 * Collects durations of one kind and has prom-client count them together: a count alone, in the middle of a request, takes
 * three times as long as one in a loop.
 */
class Durations {
  readonly #seconds = new Float64Array(batch);
  readonly #count: (seconds: number) => void;
  #length = 0;

  constructor(count: (seconds: number) => void) {
    this.#count = count;
  }

  add(seconds: number): void {
    this.#seconds[this.#length++] = seconds;
    if (this.#length === batch) this.flush();
  }

  flush(): void {
    for (let place = 0; place < this.#length; place++) this.#count(this.#seconds[place] ?? 0);
    this.#length = 0;
  }
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Metrics of one service, on a registry of their own. */
export function createMetrics(service: string, version: string, traffic: Traffic): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const kinds: Durations[] = [];
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the arrival of a request's headers to the end of its answer.",
    labelNames: ["method", "route", "status"],
    buckets,
    registers: [],
    collect: () => kinds.forEach((kind) => kind.flush()),
  });
  const inFlight = new Gauge({
    name: "http_requests_in_flight",
    help: "Requests that are being answered.",
    registers: [],
    collect() {
      this.set(traffic.inFlight);
    },
  });
  const build = new Gauge({
    name: "build_info",
    help: "Always 1. The labels say what runs.",
    labelNames: ["version", "node"],
    registers: [],
  });
  build.set({ version, node: process.version }, 1);
  for (const metric of [duration, inFlight, build]) registry.registerMetric(metric);
  return {
    registry,
    observer: (method, route, status) => {
      const kind = new Durations(duration.labels({ method, route, status }).observe);
      kinds.push(kind);
      return (seconds) => kind.add(seconds);
    },
  };
}
