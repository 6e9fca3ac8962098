import { setTimeout as wait } from "node:timers/promises";
import { ProblemError } from "../shared/answer.ts";
import { storable } from "../shared/data/bson.ts";
import { reasonOf } from "../shared/data/client.ts";
import { defaultUser, type DataSettings } from "../shared/data/settings.ts";
import { newestIndex, onDisk } from "../shared/data/stored.ts";
import type { Logger } from "../shared/logger.ts";
import { Batches, insertAll } from "./data/batches.ts";
import { mayBeDone, meansDown, unavailable } from "./data/failures.ts";
import { followSecret } from "./data/follow-secret.ts";
import { Guard } from "./data/guard.ts";
import { Link } from "./data/link.ts";
import { pageOf, storedOf } from "./data/page.ts";
import { newestFirst, olderThan, ownedBy, storeOnce } from "./data/queries.ts";
import type { DocumentStore, NewDocument, Operation, Position, Stored } from "./data/store.ts";

export interface StoreOptions {
  mongodb: DataSettings;
  logger: Logger;
}

type OpenId = (error: unknown) => string | undefined;

/** MongoDB as web uses it, by its driver. Connects at once, and answers 503 until it is connected. */
class MongoStore implements DocumentStore {
  onOperation: DocumentStore["onOperation"] = () => undefined;
  readonly #options: StoreOptions;
  readonly #link: Link;
  readonly #guard: Guard;
  /** How long the server may work on one operation: less than its answer is waited for. */
  readonly #limit: { maxTimeMS: number };
  readonly #batches: Batches;
  #isIndexed = false;
  #stopFollowing = (): void => undefined;

  constructor(options: StoreOptions) {
    const { mongodb, logger } = options;
    this.#options = options;
    this.#limit = { maxTimeMS: Math.ceil(mongodb.timeoutMs * 0.8) };
    this.#link = new Link(mongodb, () => void this.#guard.check());
    this.#batches = new Batches(
      (documents) => insertAll(this.#link.db, documents, this.#limit.maxTimeMS),
      mongodb.timeoutMs * 0.5,
    );
    const ping = async (): Promise<void> => {
      await this.#link.ping();
      void this.#index();
    };
    const { timeoutMs, secretFolder: folder, username: defaultName = defaultUser } = mongodb;
    this.#guard = new Guard({ ping, renew: () => this.#link.renew(), timeoutMs, logger });
    const followed = { link: this.#link, guard: this.#guard, logger, defaultName };
    if (folder !== undefined) this.#stopFollowing = followSecret({ ...followed, folder });
  }

  get isAvailable(): boolean {
    return this.#guard.isClosed;
  }

  async insert({ id, owner, fingerprint, document }: NewDocument, since: number): Promise<Date> {
    const wanted = { _id: id, owner: owner ?? null, createdAt: new Date(), fingerprint, document: storable(document) };
    let isOpen = false;
    const attempt = (): Promise<Date> =>
      storeOnce(this.#link.documents, this.#batches, wanted, this.#limit).catch((error: unknown) => {
        isOpen ||= mayBeDone(error);
        throw error;
      });
    const left = Math.max(1, since + this.#options.mongodb.timeoutMs - performance.now());
    return this.#run("insert", attempt, (error) => (isOpen || mayBeDone(error) ? id : undefined), left);
  }

  async find(id: string): Promise<Stored | undefined> {
    const options = { raw: true, limit: 1, ...this.#limit };
    const found: unknown[] = await this.#run("find", () => this.#link.documents.find({ _id: id }, options).toArray());
    return found[0] === undefined ? undefined : storedOf(found[0]);
  }

  async list(owner: string | undefined, after: Position | undefined, count: number) {
    const filter = { ...ownedBy(owner), ...(after ? olderThan(after) : {}) };
    const options = { raw: true, sort: newestFirst, limit: count + 1, batchSize: count + 1, ...this.#limit };
    const found: unknown[] = await this.#run("list", () => this.#link.documents.find(filter, options).toArray());
    return pageOf(found, count);
  }

  async remove(id: string, owner: string | undefined): Promise<boolean> {
    let attempts = 0;
    return this.#run("remove", async () => {
      attempts += 1;
      const found = await this.#link.documents.findOne({ _id: id }, { projection: { owner: 1 }, ...this.#limit });
      if (found && found.owner !== (owner ?? null)) return false;
      const { deletedCount } = await this.#link.documents.deleteOne(
        { _id: id },
        { writeConcern: onDisk, ...this.#limit },
      );
      // The first attempt, whose answer was lost, may have removed it.
      return deletedCount > 0 || attempts > 1;
    });
  }

  count(owner: string | undefined, most: number): Promise<number> {
    return this.#run("count", () =>
      this.#link.documents.countDocuments(ownedBy(owner), { limit: most, ...this.#limit }),
    );
  }

  async connected(ms: number): Promise<void> {
    await Promise.race([this.#guard.check(), wait(ms, undefined, { ref: false })]);
  }

  async close(): Promise<void> {
    this.#stopFollowing();
    this.#guard.close();
    await Promise.race([this.#link.close(), wait(500, undefined, { ref: false })]);
  }

  /** Runs an operation, counts its outcome, and turns its failure into a problem; `openId` gives the id that it names. */
  async #run<T>(
    operation: Operation,
    attempt: () => Promise<T>,
    openId: OpenId = () => undefined,
    timeoutMs?: number,
  ): Promise<T> {
    try {
      const value = await this.#guard.run(() => this.#link.open().then(attempt), timeoutMs);
      this.onOperation(operation, "ok");
      return value;
    } catch (error) {
      const isRefused = error instanceof ProblemError;
      this.onOperation(operation, isRefused ? "ok" : "failed");
      throw isRefused ? error : unavailable(error, openId(error));
    }
  }

  /** Makes the index of lists, once. Without it they are slow, but right. */
  async #index(): Promise<void> {
    if (this.#isIndexed) return;
    this.#isIndexed = true;
    try {
      await this.#link.documents.createIndexes([newestIndex], this.#limit);
    } catch (error) {
      this.#isIndexed = !meansDown(error);
      const reason = reasonOf(error);
      this.#options.logger.warn({ reason, index: newestIndex.name }, "index not made: lists are slow without it");
    }
  }
}

/** A store of documents in this MongoDB. Throws SettingsError where the driver refuses the settings. */
export function createDocumentStore(options: StoreOptions): DocumentStore {
  return new MongoStore(options);
}
