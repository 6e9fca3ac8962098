import { wholeNumber } from "@analyze/common/settings";
import { traceSettingsOf, traceVariables, type TraceSettings } from "@analyze/common/tracing/settings";
import { z } from "zod";
import { logLevels, type LogLevel } from "./logger.ts";

/** The configuration of both services. Times in milliseconds. */
export interface RunConfig {
  host: string;
  port: number;
  metricsPort: number;
  logLevel: LogLevel;
  /** After SIGTERM, how long the service still accepts requests. */
  drainDelayMs: number;
  /** After SIGTERM, the latest time at which the process ends. */
  shutdownLimitMs: number;
  /** Absent: tracing is off. */
  tracing: TraceSettings | undefined;
}

const port = (fallback: number) => wholeNumber(0, 65_535, fallback);

/** The variables that both services have, with their defaults. */
export function commonVariables(defaults: { port: number; metricsPort: number }) {
  return {
    HOST: z.string().default("0.0.0.0"),
    PORT: port(defaults.port),
    METRICS_PORT: port(defaults.metricsPort),
    LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }).default("info"),
    DRAIN_DELAY_MS: wholeNumber(0, 600_000, 2_000),
    SHUTDOWN_LIMIT_MS: wholeNumber(0, 600_000, 25_000),
    ...traceVariables,
  };
}

type Common = z.output<z.ZodObject<ReturnType<typeof commonVariables>>>;

/** Whether the drain delay fits into the shutdown; {@link drainTooLong} is the message if it does not. */
export function drainFits({ DRAIN_DELAY_MS, SHUTDOWN_LIMIT_MS }: Common): boolean {
  return DRAIN_DELAY_MS < SHUTDOWN_LIMIT_MS;
}

export const drainTooLong = {
  path: ["SHUTDOWN_LIMIT_MS"],
  error: "must be greater than DRAIN_DELAY_MS, which is a part of it",
};

/** The configuration from the common variables. */
export function runConfigOf(read: Common): RunConfig {
  return {
    host: read.HOST,
    port: read.PORT,
    metricsPort: read.METRICS_PORT,
    logLevel: read.LOG_LEVEL,
    drainDelayMs: read.DRAIN_DELAY_MS,
    shutdownLimitMs: read.SHUTDOWN_LIMIT_MS,
    tracing: traceSettingsOf(read),
  };
}
