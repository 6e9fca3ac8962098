import { setTimeout as pause } from "node:timers/promises";

/** Prints `look`'s line with the seconds so far each time it changes, until the returned function is called. */
export function drawCurve(look: () => Promise<string>): () => Promise<void> {
  const over = new AbortController();
  const began = performance.now();
  const drawing = (async () => {
    for (let last = ""; !over.signal.aborted; await pause(1000)) {
      const seen = await look();
      if (seen !== last) process.stdout.write(`${Math.round((performance.now() - began) / 1000)} s: ${seen}\n`);
      last = seen;
    }
  })();
  return async () => {
    over.abort();
    await drawing;
  };
}
