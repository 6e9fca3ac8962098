import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { AnyServer } from "./server.ts";
import type { Traffic } from "./traffic.ts";

/** How long a connection that never sent a request, or only a part of one, may outlive the last answer. */
const strayMs = 500;

/**
 * Ends a server without losing a request: for `drainDelayMs` it goes on accepting, unready and saying
 * `Connection: close`, until whoever sends to it has noticed; then it closes and answers what it has begun.
 */
export async function shutDown(server: AnyServer, traffic: Traffic, drainDelayMs: number): Promise<void> {
  traffic.startDraining();
  await wait(drainDelayMs);
  const closed = once(server, "close");
  server.close();
  await traffic.idle();
  const strays = setTimeout(() => server.closeAllConnections(), strayMs);
  await closed;
  clearTimeout(strays);
}
