import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** The open answers of a server, and whether it has begun to shut down. */
export class Traffic {
  /**
   * Oldest first. Not a Set: V8 links each table that a Set has outgrown to the next one. Once an old table is in the
   * old generation, every answer of later tables lives until a major collection (19 characters: 15 µs each).
   */
  readonly #open: ServerResponse[] = [];
  readonly #waiting: (() => void)[] = [];
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  get inFlight(): number {
    return this.#open.length;
  }

  begin(outgoing: ServerResponse): void {
    this.#open.push(outgoing);
    if (this.#draining) outgoing.shouldKeepAlive = false;
  }

  end(outgoing: ServerResponse): void {
    const place = this.#open.indexOf(outgoing);
    if (place >= 0) this.#open.splice(place, 1);
    if (this.#open.length === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The latest answer that is open on this connection. */
  openOn(socket: Duplex): ServerResponse | undefined {
    return this.#open.findLast((outgoing) => outgoing.req.socket === socket);
  }

  /** From now on every answer has `Connection: close`, open ones included. */
  startDraining(): void {
    this.#draining = true;
    for (const outgoing of this.#open) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
  }

  /** Resolves when no answer is open. */
  idle(): Promise<void> {
    if (this.#open.length === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }
}
