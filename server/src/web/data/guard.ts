import { setTimeout as wait } from "node:timers/promises";
import { reasonOf } from "../../shared/data/client.ts";
import type { Logger } from "../../shared/logger.ts";
import { Breaker } from "../upstream/breaker.ts";
import { isRepeatable, meansDown, Overdue, Unavailable } from "./failures.ts";

/** Milliseconds between two pings. */
const trialMs = 100;

/** The fraction of the time that a retry needs at least. */
const repetition = 0.15;

export interface GuardOptions {
  /** Resolves when MongoDB answers. */
  ping: () => Promise<unknown>;
  /** Called after pings have failed for a while, and then with growing intervals: uses another client. */
  renew: () => void;
  /** Milliseconds until the first of these calls. */
  renewMs?: number;
  /** For an operation with its repetition. */
  timeoutMs: number;
  logger: Logger;
}

/** Rejects with Overdue after `ms`. The operation itself continues until its own time-out. */
async function within<T>(ms: number, operation: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(new Overdue("no answer in time")), ms);
  try {
    return await Promise.race([operation, promise]);
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Operations that fail within a second, and at once while MongoDB does not answer. Then the guard pings until it
 * answers again, so that no request waits for an attempt.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #breaker = new Breaker({ threshold: 1, openMs: trialMs });
  readonly #over = new AbortController();
  #reason = "";
  #pinging = false;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#breaker.state === "closed";
  }

  /** Why MongoDB cannot be used; empty while it can. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Runs an operation; retries it once after a lost connection. `attempt`: from 1. `timeoutMs`: for both, if a part of the
   * request's time is used up already. Rejects with the driver's error.
   */
  async run<T>(operation: (attempt: number) => Promise<T>, timeoutMs = this.#options.timeoutMs): Promise<T> {
    if (!this.isClosed) throw new Unavailable(this.#reason);
    const end = performance.now() + timeoutMs;
    try {
      return await within(timeoutMs, this.#attempts(operation, end));
    } catch (error) {
      if (meansDown(error)) this.#failed(error);
      throw error;
    }
  }

  async #attempts<T>(operation: (attempt: number) => Promise<T>, end: number): Promise<T> {
    try {
      return await operation(1);
    } catch (error) {
      if (!isRepeatable(error) || end - performance.now() < this.#options.timeoutMs * repetition) throw error;
      return operation(2);
    }
  }

  /** Checks whether MongoDB answers, after a sign that it may not. */
  async check(): Promise<void> {
    await this.run(this.#options.ping).catch(() => undefined);
  }

  close(): void {
    this.#over.abort();
  }

  #failed(error: unknown): void {
    this.#breaker.failed();
    const reason = reasonOf(error);
    if (reason !== this.#reason) this.#options.logger.warn({ reason }, "mongodb cannot be used");
    this.#reason = reason;
    void this.#untilAnswers();
  }

  /** Pings until MongoDB answers. */
  async #untilAnswers(): Promise<void> {
    if (this.#pinging) return;
    this.#pinging = true;
    const { signal } = this.#over;
    const { renew, renewMs = 3_000 } = this.#options;
    let renewal = { at: performance.now() + renewMs, afterMs: renewMs };
    while (!this.isClosed && !signal.aborted) {
      await wait(trialMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || this.#breaker.admit() > 0) continue;
      try {
        await within(this.#options.timeoutMs, this.#options.ping());
        this.#breaker.succeeded();
      } catch (error) {
        this.#failed(error);
        if (performance.now() < renewal.at) continue;
        renew();
        // Twice as long each time: a new client needs time on a busy machine, too.
        const afterMs = renewal.afterMs * 2;
        renewal = { at: performance.now() + afterMs, afterMs };
      }
    }
    this.#pinging = false;
    if (signal.aborted) return;
    this.#reason = "";
    this.#options.logger.info("mongodb answers again");
  }
}
