import type { Tracing } from "@analyze/common/tracing/tracer";
import { standingHeaders, type StandingHeaders } from "./answer.ts";
import { createLog, type Log, type LogLevel } from "./logger.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { Traffic } from "./traffic.ts";
import { version } from "@analyze/common/version";

/** Shared by a service's parts: built once in main, or by a test. */
export interface Service extends Log {
  name: "web" | "worker";
  standing: StandingHeaders;
  traffic: Traffic;
  metrics: Metrics;
  /** Absent where tracing is off: see traceService. */
  tracing?: Tracing | undefined;
}

/** The shared parts of a service of this name. `endsTls` adds HSTS to its answers. */
export function createService(name: Service["name"], logLevel: LogLevel, endsTls = false): Service {
  const traffic = new Traffic();
  return {
    name,
    traffic,
    standing: standingHeaders(name, endsTls),
    metrics: createMetrics(version, traffic),
    ...createLog(name, logLevel),
  };
}
