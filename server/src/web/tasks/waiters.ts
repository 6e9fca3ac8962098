/** Callers that wait for the end of a job. They share one connection to Redis. */
export class Waiters {
  readonly #byId = new Map<string, Set<() => void>>();

  get size(): number {
    return this.#byId.size;
  }

  /** Resolves when the job may have ended, after `ms`, or when `gone` aborts. Keeps no state. */
  wait(id: string, ms: number, gone: AbortSignal): Promise<void> {
    if (gone.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, waiting.add(resolve));
    const timer = setTimeout(resolve, ms);
    const leave = (): void => resolve();
    gone.addEventListener("abort", leave);
    return promise.finally(() => {
      clearTimeout(timer);
      gone.removeEventListener("abort", leave);
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#byId.get(id) === waiting) this.#byId.delete(id);
    });
  }

  wake(id: string): void {
    for (const resolve of this.#byId.get(id) ?? []) resolve();
  }

  wakeAll(): void {
    for (const id of this.#byId.keys()) this.wake(id);
  }
}
