import type { Exchange } from "./exchange.ts";

/** Limits for the rest of a body that is discarded after its answer: bytes, total time, and time without a chunk. */
const limits = { bytes: 64 * 1024 * 1024, ms: 5_000, idleMs: 500 };

/**
 * Reads and discards the rest of a body that was answered early. Closing at once would reset the connection, and a
 * reset can overtake the answer. Closes the connection if the rest is too long, or does not arrive.
 */
export function discardRest({ incoming }: Exchange): void {
  let bytes = 0;
  const idle = setTimeout(() => incoming.socket.destroy(), limits.idleMs);
  const end = setTimeout(() => incoming.socket.destroy(), limits.ms);
  incoming.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > limits.bytes) incoming.socket.destroy();
    else idle.refresh();
  });
  const stop = (): void => {
    clearTimeout(idle);
    clearTimeout(end);
  };
  incoming.once("end", stop);
  incoming.resume();
  incoming.socket.once("close", stop);
}
