import { uptime } from "node:os";

/** Two readings of time, in milliseconds. */
export interface Reading {
  /** Wall clock, epoch: may be set forward and back. */
  wall: number;
  /** Never set, and where the system can tell, running on through suspend. */
  steady: number;
}

/** What happened between two readings: the wall clock was set, or this process did not run for seconds. */
export type Jolt = "clock" | "suspend";

/** How often a {@link ClockWatch} is to be asked. */
export const watchIntervalMs = 1000;

const stepMs = 500;
const stallMs = 5000;

/** Reads both clocks. On Linux `uptime` is CLOCK_BOOTTIME, to 10 ms; elsewhere it may be too coarse. */
export function readClocks(): Reading {
  const steady = process.platform === "linux" ? uptime() * 1000 : performance.now();
  return { wall: Date.now(), steady };
}

/** Compares wall time with steady time. */
export interface ClockWatch {
  /** What happened since the last look, if anything. */
  look(): Jolt | undefined;
}

/** A watch that starts with the reading of now. */
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
