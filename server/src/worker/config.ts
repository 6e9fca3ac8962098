import { commonVariables, readEnvironment, wholeNumber, type Environment } from "../shared/environment.ts";
import type { LogLevel } from "../shared/logger.ts";
import type { RunConfig } from "../shared/run.ts";

export interface WorkerConfig extends RunConfig {
  logLevel: LogLevel;
}

/** Worker's configuration from the environment. Throws ConfigurationError with every fault. */
export function readConfig(environment: Environment): WorkerConfig {
  const read = readEnvironment(
    { ...commonVariables, PORT: wholeNumber(0, 65_535, 8081), METRICS_PORT: wholeNumber(0, 65_535, 9091) },
    environment,
  );
  return {
    host: read.HOST,
    port: read.PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    drainDelayMs: read.DRAIN_DELAY_MS,
    shutdownLimitMs: read.SHUTDOWN_LIMIT_MS,
  };
}
