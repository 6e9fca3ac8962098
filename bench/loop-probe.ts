import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded with --import into a measured server: returns its longest event-loop delay since the last call. */
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on("message", () => {
  process.send?.(delay.max / 1e6);
  delay.reset();
});
// This channel must not keep the process alive.
process.channel?.unref();
