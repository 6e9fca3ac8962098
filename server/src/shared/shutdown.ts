import { once } from "node:events";
import { Server } from "node:net";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { AnyServer } from "./server.ts";
import type { Traffic } from "./traffic.ts";

/** How long an idle connection may still send a request after the listener has closed. */
const idleMs = 300;

/** How long a connection without a complete request may outlive the last answer. */
const strayMs = 500;

/** How long to look for a moment to close, and how short a turn of the event loop has to be for one. */
const lullMs = { patience: 1000, turn: 1 };

/**
 * Resolves in a turn of the event loop without a new connection and with little work. When a listener closes, the
 * kernel resets connections that wait to be accepted, and their senders cannot know whether their requests were
 * processed.
 */
async function lull(server: AnyServer): Promise<void> {
  let connected = 0;
  const count = (): number => (connected += 1);
  server.on("connection", count);
  const last = performance.now() + lullMs.patience;
  for (let turn = performance.now(); turn < last; turn = performance.now()) {
    connected = 0;
    await nextTurn();
    if (connected === 0 && performance.now() - turn < lullMs.turn) break;
  }
  server.off("connection", count);
}

export interface Shutdown {
  server: AnyServer;
  traffic: Traffic;
  drainDelayMs: number;
  /** Runs during the drain delay; the listener closes after both. */
  onDrain?: () => Promise<void>;
}

/**
 * Stops a server without losing a request: for `drainDelayMs` it still accepts, is not ready, and sends `Connection:
 * close`, until its callers have noticed. Then it closes and answers the open requests.
 */
export async function shutDown({ server, traffic, drainDelayMs, onDrain }: Shutdown): Promise<void> {
  traffic.startDraining();
  await Promise.all([wait(drainDelayMs), onDrain?.()]);
  const closed = once(server, "close");
  await lull(server);
  // http's close() also ends idle connections, at the moment when one may be sending a request.
  Server.prototype.close.call(server);
  await wait(idleMs);
  await lull(server);
  server.closeIdleConnections();
  await traffic.idle();
  const strays = setTimeout(() => server.closeAllConnections(), strayMs);
  await closed;
  clearTimeout(strays);
}
