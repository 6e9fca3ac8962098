import { MongoServerError, type Db } from "mongodb";
import { collectionName, onDisk, type StoredFields } from "../../shared/data/stored.ts";

/** Documents of one insert. Each has 64 KiB at most, and MongoDB takes 48 MB. */
const most = 64;

/** Inserts at the same time. While one waits for the disk, the next collects: a document waits for one at most. */
const lanes = 2;

interface Waiting {
  readonly wanted: StoredFields;
  resolve(): void;
  reject(error: unknown): void;
}

/** Inserts documents. Resolves with the errors of single ones by index; rejects if the insert as a whole failed. */
export type InsertAll = (documents: readonly StoredFields[]) => Promise<ReadonlyMap<number, Error>>;

/** What MongoDB reports of one document of an insert. */
interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
}

/** One command for all documents; each is on disk when it resolves, or in its errors. `maxTimeMS`: MongoDB's limit. */
export async function insertAll(
  db: Db,
  documents: readonly StoredFields[],
  maxTimeMS: number,
): Promise<ReadonlyMap<number, Error>> {
  const options = { ordered: false, writeConcern: onDisk, maxTimeMS };
  const reply = await db.command({ insert: collectionName, documents, ...options });
  const errors: readonly WriteError[] = reply["writeErrors"] ?? [];
  return new Map(errors.map((error) => [error.index, new MongoServerError(error)]));
}

/**
 * Inserts what callers store at the same time with one command, which costs a fraction of one command each: of web's
 * CPU time, and of MongoDB's writes to disk. Each caller gets the outcome of its own document.
 */
export class Batches {
  readonly #insertAll: InsertAll;
  readonly #mostMs: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  /** `mostMs`: how long one insert keeps others waiting. Its callers have left by then, but it may still be executed. */
  constructor(insert: InsertAll, mostMs: number) {
    this.#insertAll = insert;
    this.#mostMs = mostMs;
  }

  /** Resolves once the document is on disk. Rejects with its error, or with that of the whole insert. */
  insert(wanted: StoredFields): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ wanted, resolve, reject });
    this.#start();
    return promise;
  }

  #start(): void {
    if (this.#running < lanes && this.#waiting.length > 0) void this.#run(this.#waiting.splice(0, most));
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running += 1;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      this.#start();
    };
    const limit = setTimeout(over, this.#mostMs).unref();
    try {
      const errors = await this.#insertAll(batch.map(({ wanted }) => wanted));
      batch.forEach(({ resolve, reject }, index) => (errors.has(index) ? reject(errors.get(index)) : resolve()));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    clearTimeout(limit);
    over();
  }
}
