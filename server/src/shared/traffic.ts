import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** The answers a server is at work on, and whether it has begun to shut down. */
export class Traffic {
  readonly #open = new Set<ServerResponse>();
  readonly #waiting: (() => void)[] = [];
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  get inFlight(): number {
    return this.#open.size;
  }

  begin(outgoing: ServerResponse): void {
    this.#open.add(outgoing);
    if (this.#draining) outgoing.shouldKeepAlive = false;
  }

  end(outgoing: ServerResponse): void {
    this.#open.delete(outgoing);
    if (this.#open.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The latest answer that is open on this connection. */
  openOn(socket: Duplex): ServerResponse | undefined {
    return [...this.#open].findLast((outgoing) => outgoing.req.socket === socket);
  }

  /** From now on every answer says `Connection: close`, those already being worked on too. */
  startDraining(): void {
    this.#draining = true;
    for (const outgoing of this.#open) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
  }

  /** Resolves when no answer is open. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }
}
