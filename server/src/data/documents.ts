import { UserError } from "@analyze/common/errors";
import { MongoBulkWriteError, type Collection } from "mongodb";
import { openDatabase, reasonOf } from "../shared/data/client.ts";
import type { DataSettings } from "../shared/data/settings.ts";
import { collectionName, onDisk, type StoredFields } from "../shared/data/stored.ts";
import { readArchive, writeArchive } from "./archive.ts";
import { fieldsOf, lineOf } from "./extended.ts";

/** Documents of one write, at most 64 KiB each. */
const batchSize = 100;

/** No request waits for it, and a server under load may need long for a page. */
const timeoutMs = 60_000;

/** A person waits for the message that there is no server. */
const findMs = 10_000;

/** Runs a command on the collection of documents. Throws UserError, without any setting, if MongoDB cannot be used. */
export async function withDocuments<T>(
  settings: DataSettings,
  command: (documents: Collection<StoredFields>) => Promise<T>,
): Promise<T> {
  const { client, db } = openDatabase({ ...settings, timeoutMs }, findMs);
  try {
    await client.connect();
    return await command(db.collection<StoredFields>(collectionName));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`MongoDB cannot be used (${reasonOf(cause)}): check MONGODB_URL and MONGODB_PASSWORD`, {
      cause,
    });
  } finally {
    await client.close();
  }
}

/** Writes all documents to a new file, in the order of their IDs. Resolves with their number. */
export async function backUp(documents: Collection<StoredFields>, file: string): Promise<number> {
  let count = 0;
  async function* lines(): AsyncGenerator<string, void> {
    let after = "";
    for (;;) {
      // Page by page: a cursor would end with its connection.
      const options = { raw: true, sort: { _id: 1 }, limit: batchSize } as const;
      const page: unknown[] = await documents.find({ _id: { $gt: after } }, options).toArray();
      const found = page.filter((one) => one instanceof Uint8Array).map(lineOf);
      yield* found;
      count += found.length;
      const last = found.at(-1);
      if (last === undefined) return;
      ({ _id: after } = fieldsOf(last));
    }
  }
  await writeArchive(file, lines());
  return count;
}

async function insert(documents: Collection<StoredFields>, batch: StoredFields[]): Promise<number> {
  if (batch.length === 0) return 0;
  try {
    const { insertedCount } = await documents.insertMany(batch, { ordered: false, writeConcern: onDisk });
    return insertedCount;
  } catch (error) {
    const faults = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
    if (!(error instanceof MongoBulkWriteError) || faults.some(({ code }) => code !== 11_000)) throw error;
    return error.insertedCount;
  }
}

/** Reads a whole backup. Throws UserError if it is damaged, or if a line of it is no stored document. */
export async function checkBackup(file: string): Promise<void> {
  let fault: unknown;
  for await (const line of readArchive(file)) {
    try {
      fieldsOf(line);
    } catch (error) {
      // The checksum at the end of the file tells first whether the line is damaged.
      fault ??= error;
    }
  }
  if (fault === undefined) return;
  throw new UserError(`${file} has a line that is no stored document: nothing of it was restored`, { cause: fault });
}

/**
 * Stores the missing documents of a backup. Resolves with their number. Throws UserError before the first one if the
 * file is damaged, or if there are documents and `resume` is not set.
 */
export async function restore(documents: Collection<StoredFields>, file: string, resume: boolean): Promise<number> {
  if (!resume && (await documents.findOne({}, { projection: { _id: 1 } }))) {
    throw new UserError(
      "There are documents already. Restore into an empty database, or add what is missing with --resume, as after an interrupted restore.",
    );
  }
  await checkBackup(file);
  let batch: StoredFields[] = [];
  let count = 0;
  for await (const line of readArchive(file)) {
    if (batch.push(fieldsOf(line)) < batchSize) continue;
    count += await insert(documents, batch);
    batch = [];
  }
  return count + (await insert(documents, batch));
}
