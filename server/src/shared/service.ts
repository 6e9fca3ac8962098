import { standingHeaders } from "./answer.ts";
import type { Service } from "./listener.ts";
import { createLogger, type LogLevel } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { Traffic } from "./traffic.ts";
import { version } from "@analyze/common/version";

/** The parts that a service of this name is made with. `endsTls` adds HSTS to its answers. */
export function createService(name: "web" | "worker", logLevel: LogLevel, endsTls = false): Service {
  const traffic = new Traffic();
  return {
    name,
    traffic,
    standing: standingHeaders(name, endsTls),
    metrics: createMetrics(name, version, traffic),
    logger: createLogger(name, logLevel),
  };
}
