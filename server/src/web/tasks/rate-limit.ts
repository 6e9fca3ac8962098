interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket per caller: `perSecond` requests, and bursts of as many. Callers are few: those with a token. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** 0 if the request may pass, otherwise the milliseconds until the next one may. */
  take(caller: string, now = performance.now()): number {
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perSecond, at: now };
    this.#buckets.set(caller, bucket);
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / this.#perSecond) * 1000;
    bucket.tokens -= 1;
    return 0;
  }
}
