import { pino, type Logger } from "pino";

export type { Logger };

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * JSON lines on stdout, several to a write, and none held back longer than 50 ms: a write for each line is a fifth of
 * what a request costs. What is held back is written at exit. No hostname and pid: whoever collects the lines knows.
 */
export function createLogger(service: string, level: LogLevel): Logger {
  const stdout = pino.destination({ fd: 1, sync: false, minLength: 8_192, periodicFlush: 50 });
  const formatters = { level: (label: string) => ({ level: label }) };
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, formatters }, stdout);
}
