import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Traffic } from "./traffic.ts";

/** The metrics of one service. */
export interface Metrics {
  readonly registry: Registry;
  /** Makes the series of a route before its first request: `increase()` does not see a counter's first value. */
  declare(method: string, route: string): void;
  /**
   * Counts finished requests of one kind. Argument: the seconds from the arrival of a request's headers to the end of
   * its answer. Keep the function: the look-up of the kind costs more than the count.
   */
  observer(method: string, route: string, status: number): (seconds: number) => void;
  /** Counts a request for a part that is not configured. */
  countSwitchedOff(): void;
}

/** In seconds. The deadline of `POST /analyze` is 2 s; its objective is below 0.25 s. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 10];

/** Methods with their own label value. All others share one, so that callers cannot create series. */
const methods = new Set(["GET", "HEAD", "POST", "DELETE"]);

function methodLabel(method: string): string {
  return methods.has(method) ? method : "other";
}

/** Statuses whose series exist from the start: success, and those that alerts use. */
const declaredStatuses = [200, 500, 503, 504];

/** Number of durations of one kind of request that are collected before they are counted together. */
const batch = 256;

/**
 * Collects durations of one kind and counts them together: in the middle of a request, prom-client takes three times as
 * long for one as in a loop.
 */
class Durations {
  readonly #seconds = new Float64Array(batch);
  readonly #count: (seconds: Float64Array) => void;
  #length = 0;

  constructor(count: (seconds: Float64Array) => void) {
    this.#count = count;
  }

  add(seconds: number): void {
    this.#seconds[this.#length++] = seconds;
    if (this.#length === batch) this.flush();
  }

  flush(): void {
    this.#count(this.#seconds.subarray(0, this.#length));
    this.#length = 0;
  }
}

/** Requests by method, route and status, and how long they took. */
function requestMetrics(registry: Registry): Omit<Metrics, "registry"> {
  const kinds: Durations[] = [];
  const collect = (): void => kinds.forEach((kind) => kind.flush());
  const registers = [registry];
  const requests = new Counter({
    name: "analyze_http_requests_total",
    help: "Finished requests. Status 499: the caller left before the answer.",
    labelNames: ["method", "route", "status"],
    registers,
    collect,
  });
  const durations = new Histogram({
    name: "analyze_http_request_duration_seconds",
    help: "Time from the arrival of a request's headers to the end of its answer.",
    labelNames: ["method", "route"],
    buckets,
    registers,
    collect,
  });
  const switchedOff = new Counter({
    name: "analyze_http_switched_off_total",
    help: "Requests for a part that is not configured: status 503, but no failure.",
    registers,
  });
  return {
    countSwitchedOff: () => switchedOff.inc(),
    declare: (method, route) => {
      durations.zero({ method, route });
      for (const status of declaredStatuses) requests.inc({ method, route, status }, 0);
    },
    observer: (name, route, status) => {
      const method = methodLabel(name);
      const count = requests.labels({ method, route, status });
      const { observe } = durations.labels({ method, route });
      const kind = new Durations((seconds) => {
        count.inc(seconds.length);
        for (const each of seconds) observe(each);
      });
      kinds.push(kind);
      return (seconds) => kind.add(seconds);
    },
  };
}

/**
 * Metrics of one service, on a separate registry. Without a label `service`: the scraper adds the target's labels, and
 * equal names collide.
 */
export function createMetrics(version: string, traffic: Traffic): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = requestMetrics(registry);
  const inFlight = new Gauge({
    name: "analyze_http_requests_in_flight",
    help: "Requests that are being answered.",
    registers: [],
    collect() {
      this.set(traffic.inFlight);
    },
  });
  const build = new Gauge({
    name: "analyze_build_info",
    help: "Always 1. The labels say what runs.",
    labelNames: ["version", "node"],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  registry.registerMetric(inFlight);
  return { registry, ...requests };
}
