import { ProblemError } from "../../shared/answer.ts";
import type { DocumentStore } from "./store.ts";

/**
 * Milliseconds that a count is used; the shorter one if it would reject. From `accepting` to `stale`, it is used while the
 * next one is read.
 */
const fresh = { accepting: 10_000, refusing: 100, stale: 60_000 };

/** What the routes of documents need. */
export interface Documents {
  store: DocumentStore;
  quota: Quota;
}

interface Count {
  documents: number;
  readAt: number;
}

/**
 * Rejects documents above a number per owner. MongoDB counts them now and then; in between this process adds what it
 * stores and removes. So several instances can together exceed it by what they store in ten seconds.
 */
export class Quota {
  readonly #store: Pick<DocumentStore, "count">;
  readonly #most: number;
  readonly #counts = new Map<string | undefined, Promise<Count>>();

  constructor(store: Pick<DocumentStore, "count">, most: number) {
    this.#store = store;
    this.#most = most;
  }

  /**
   * Throws ProblemError 403 if the owner has no room for another document, 503 if the number is unknown. `isStored`
   * reports a retry, which needs no room.
   */
  async admit(owner: string | undefined, isStored: () => Promise<boolean>): Promise<void> {
    let count = await this.#countOf(owner, fresh.accepting);
    if (count.documents >= this.#most) count = await this.#countOf(owner, fresh.refusing);
    if (count.documents >= this.#most) {
      if (await isStored()) return;
      throw new ProblemError("quota-used-up", `This caller has ${this.#most} documents: DELETE some of them first.`);
    }
    count.documents += 1;
  }

  /** Call it if an admitted document was not stored. */
  async release(owner: string | undefined): Promise<void> {
    const count = await this.#counts.get(owner);
    if (count) count.documents -= 1;
  }

  async #countOf(owner: string | undefined, ms: number): Promise<Count> {
    const known = await this.#counts.get(owner);
    if (known && performance.now() - known.readAt < ms) return known;
    if (known && known.documents < this.#most && performance.now() - known.readAt < fresh.stale) {
      void this.#renew(owner, known);
      return known;
    }
    const reading = this.#read(owner, known);
    this.#counts.set(owner, reading);
    reading.catch(() => this.#counts.delete(owner));
    return reading;
  }

  /** A slow count delays nobody who has room. What is stored meanwhile may be in it: then it counts twice until the next one. */
  async #renew(owner: string | undefined, known: Count): Promise<void> {
    known.readAt = performance.now();
    const before = known.documents;
    const counted = await this.#store.count(owner, this.#most).catch(() => undefined);
    if (counted !== undefined) known.documents = counted + Math.max(0, known.documents - before);
  }

  /** If a count takes too long, the previous one is used: a slow count must not block callers. */
  async #read(owner: string | undefined, known: Count | undefined): Promise<Count> {
    try {
      return { documents: await this.#store.count(owner, this.#most), readAt: performance.now() };
    } catch (error) {
      if (known === undefined || known.documents >= this.#most) throw error;
      return { ...known, readAt: performance.now() };
    }
  }
}
