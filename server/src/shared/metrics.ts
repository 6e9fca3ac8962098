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

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Metrics of one service, on a registry of their own. */
export function createMetrics(service: string, version: string, traffic: Traffic): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the arrival of a request's headers to the end of its answer.",
    labelNames: ["method", "route", "status"],
    buckets,
    registers: [],
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
    observer: (method, route, status) => duration.labels({ method, route, status }).observe,
  };
}
