import { pino, type Logger } from "pino";

export type { Logger };

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

let second = Number.NaN;
let secondText = "";

/** The time in pino's `isoTime` format. pino builds a Date for each line, a sixth of the line's cost. */
function time(): string {
  const now = Date.now();
  const ms = now % 1000;
  if (now - ms !== second) {
    second = now - ms;
    secondText = `,"time":"${new Date(second).toISOString().slice(0, -4)}`;
  }
  return `${secondText}${String(ms).padStart(3, "0")}Z"`;
}

/** A service's log. */
export interface Log {
  readonly logger: Logger;
  /**
   * Writes a line with this level and the current time. `fields`: the rest as JSON text, `"name":value` in turn. For
   * the line of each request, for which the logger needs three times as long.
   */
  writeLine(level: LogLevel, fields: string): void;
}

/**
 * JSON lines on stdout, in writes that a pipe takes whole (PIPE_BUF), delayed by at most 50 ms: call `flush` at exit.
 * Written by this thread, because handing over each write costs as much as the line. So a reader of stdout that stops
 * reading blocks this process, as most programs. No hostname and pid: the collector adds them.
 */
export function createLog(service: string, level: LogLevel): Log {
  const stdout = pino.destination({ fd: 1, sync: true, minLength: 4_096, periodicFlush: 50 });
  const formatters = { level: (label: string) => ({ level: label }) };
  const logger = pino({ level, base: { service }, timestamp: time, formatters }, stdout);
  return {
    logger,
    writeLine: (name, fields) => stdout.write(`{"level":"${name}"${time()},"service":"${service}",${fields}}\n`),
  };
}
