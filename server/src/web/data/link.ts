import type { Collection, Db, MongoClient } from "mongodb";
import { openDatabase } from "../../shared/data/client.ts";
import type { Credentials } from "../../shared/credentials.ts";
import { userOf, type DataSettings } from "../../shared/data/settings.ts";
import { collectionName, type StoredFields } from "../../shared/data/stored.ts";

function drop(client: MongoClient): void {
  client.removeAllListeners("serverHeartbeatFailed");
  void client.close().catch(() => undefined);
}

/** A client of MongoDB that can be replaced. Throws SettingsError if the driver rejects the settings. */
export class Link {
  #settings: DataSettings;
  readonly #onFailure: () => void;
  #client: MongoClient;
  #db: Db;
  #documents: Collection<StoredFields>;
  #isOpen = false;

  /** `onFailure` is called if the driver finds that the server does not answer. */
  constructor(settings: DataSettings, onFailure: () => void) {
    this.#settings = settings;
    this.#onFailure = onFailure;
    [this.#client, this.#db, this.#documents] = this.#make(this.#settings);
  }

  get db(): Db {
    return this.#db;
  }

  get documents(): Collection<StoredFields> {
    return this.#documents;
  }

  /** A client whose first connection failed stays closed forever, unless connect() is called. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    const client = this.#client;
    await client.connect();
    this.#isOpen = client === this.#client;
  }

  async ping(): Promise<void> {
    await this.open();
    await this.#db.command({ ping: 1 });
  }

  /**
   * Gives the client up for a new one. Seen once with the driver 7.8.0, after a kill of the server: its check of the server waited for over
   * 360 s. Why is not known.
   */
  renew(): void {
    const old = this.#client;
    [this.#client, this.#db, this.#documents] = this.#make(this.#settings);
    this.#isOpen = false;
    drop(old);
  }

  /** Whether it logs in with these credentials. */
  uses({ name, password }: Credentials): boolean {
    return name === (this.#settings.username ?? userOf(this.#settings.url)) && password === this.#settings.password;
  }

  /** Uses these credentials from now on if MongoDB accepts them, else rejects. Running operations end with the old ones. */
  async use({ name, password }: Credentials): Promise<void> {
    const settings = { ...this.#settings, username: name, password };
    const made = this.#make(settings);
    const [client, db] = made;
    try {
      await db.command({ ping: 1 });
    } catch (error) {
      drop(client);
      throw error;
    }
    const old = this.#client;
    this.#settings = settings;
    [this.#client, this.#db, this.#documents] = made;
    this.#isOpen = true;
    setTimeout(drop, settings.timeoutMs * 2, old).unref();
  }

  async close(): Promise<void> {
    await this.#client.close().catch(() => undefined);
  }

  #make(settings: DataSettings): [MongoClient, Db, Collection<StoredFields>] {
    const { client, db } = openDatabase(settings);
    client.on("serverHeartbeatFailed", this.#onFailure);
    return [client, db, db.collection<StoredFields>(collectionName)];
  }
}
