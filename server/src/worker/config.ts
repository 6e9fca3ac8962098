import { readSettings, type Environment } from "@analyze/common/settings";
import { z } from "zod";
import { commonVariables, wholeNumber } from "../shared/environment.ts";
import type { LogLevel } from "../shared/logger.ts";
import type { RunConfig } from "../shared/run.ts";

export interface WorkerConfig extends RunConfig {
  logLevel: LogLevel;
}

const variables = z.object({
  ...commonVariables,
  PORT: wholeNumber(0, 65_535, 8081),
  METRICS_PORT: wholeNumber(0, 65_535, 9091),
});

/** Worker's configuration from the environment. Throws a SettingsError with every fault. */
export function readConfig(environment: Environment): WorkerConfig {
  const read = readSettings(variables, environment);
  return {
    host: read.HOST,
    port: read.PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    drainDelayMs: read.DRAIN_DELAY_MS,
    shutdownLimitMs: read.SHUTDOWN_LIMIT_MS,
  };
}
