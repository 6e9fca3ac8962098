import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded with --import into a server under measurement: tells its longest event-loop delay since the last question. */
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on("message", () => {
  process.send?.(delay.max / 1e6);
  delay.reset();
});
// The question is no reason to go on living.
process.channel?.unref();
