export const breakerStates = ["closed", "open", "half-open"] as const;
export type BreakerState = (typeof breakerStates)[number];

export interface BreakerOptions {
  /** Consecutive failures that open it. */
  threshold: number;
  /** Milliseconds it stays open before a trial call. */
  openMs: number;
  onChange?: (state: BreakerState) => void;
}

/**
 * A circuit breaker: after `threshold` consecutive failures it admits no call for `openMs`, then one call at a time
 * until one succeeds. 40 lines instead of cockatiel, which makes callers wait while it is half open, as long as the
 * trial call takes. This one answers at once.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #state: BreakerState = "closed";
  #failures = 0;
  #openUntil = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** 0 if a call may be made now (then `succeeded` or `failed` must follow), otherwise the milliseconds to wait. */
  admit(now = performance.now()): number {
    if (this.#state === "closed") return 0;
    if (this.#state === "half-open") return this.#options.openMs;
    if (now < this.#openUntil) return this.#openUntil - now;
    this.#become("half-open");
    return 0;
  }

  succeeded(): void {
    this.#failures = 0;
    if (this.#state !== "closed") this.#become("closed");
  }

  failed(now = performance.now()): void {
    this.#failures++;
    if (this.#state === "open" || (this.#state === "closed" && this.#failures < this.#options.threshold)) return;
    this.#openUntil = now + this.#options.openMs;
    this.#become("open");
  }

  #become(state: BreakerState): void {
    this.#state = state;
    this.#options.onChange?.(state);
  }
}
