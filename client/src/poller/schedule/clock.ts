import { uptime } from "node:os";

/** Two readings of time, in milliseconds. */
export interface Reading {
  /** Wall clock, epoch. It can be set forward and back. */
  wall: number;
  /** Monotonic. On Linux it includes the time in suspend. */
  steady: number;
}

/** The event between two readings: the wall clock was set, or the process was suspended for seconds. */
export type Jolt = "clock" | "suspend";

/** How often to call {@link ClockWatch.look}. */
export const watchIntervalMs = 1000;

const stepMs = 500;
const stallMs = 5000;

/** Reads both clocks. On Linux `uptime` is CLOCK_BOOTTIME with a resolution of 10 ms; elsewhere it may be coarser. */
export function readClocks(): Reading {
  const steady = process.platform === "linux" ? uptime() * 1000 : performance.now();
  return { wall: Date.now(), steady };
}

/** Compares the two clocks. */
export interface ClockWatch {
  /** What happened since the last call; undefined if nothing did. */
  look(): Jolt | undefined;
}

/** A watch that starts with the current reading. */
export function createClockWatch(read: () => Reading): ClockWatch {
  let before = read();
  return {
    look: () => {
      const after = read();
      const passed = after.steady - before.steady;
      const stepped = Math.abs(after.wall - before.wall - passed) > stepMs;
      before = after;
      if (stepped) return "clock";
      return passed > watchIntervalMs + stallMs ? "suspend" : undefined;
    },
  };
}
