import { createTask, type Logger } from "node-cron";

/** A running schedule. */
export interface Schedule {
  /** Recomputes the next slot. After a change of the clock node-cron would wait for the previous one. */
  rearm(): void;
  stop(): void;
}

/** What a schedule needs. */
export interface ScheduleOptions {
  /** A cron expression, read in UTC: no day has a repeated or missing hour. */
  expression: string;
  /** Called with each due slot (epoch milliseconds); the next call waits for it. */
  onDue(slot: number): Promise<void>;
  warn(message: string): void;
}

function loggerFor(warn: (message: string) => void): Logger {
  // The log accounts for missed and overlapping slots; only errors are reported here.
  return {
    info: () => undefined,
    debug: () => undefined,
    warn: () => undefined,
    error: (fault) => warn(fault instanceof Error ? (fault.stack ?? fault.message) : fault),
  };
}

/** Starts a schedule. */
export function startSchedule({ expression, onDue, warn }: ScheduleOptions): Schedule {
  const task = createTask(expression, async ({ date }) => onDue(Math.floor(date.getTime() / 1000) * 1000), {
    timezone: "UTC",
    noOverlap: true,
    suppressMissedWarning: true,
    logger: loggerFor(warn),
  });
  void task.start();
  return {
    rearm: () => {
      void task.stop();
      void task.start();
    },
    stop: () => void task.destroy(),
  };
}
