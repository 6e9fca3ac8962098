import { MongoServerError, type Collection } from "mongodb";
import { ProblemError } from "../../shared/answer.ts";
import { onDisk, type StoredFields } from "../../shared/data/stored.ts";
import type { Batches } from "./batches.ts";
import type { Position } from "./store.ts";

const duplicateKey = 11_000;

/**
 * Stores a document, or finds the same one stored before. Resolves once it is on disk, with its time. Here and in documents.ts, a
 * document is named by its ID alone, as a string: for any other filter FerretDB 1.24 on SQLite reads every document. With
 * thousands of them, repeated requests then took longer than callers wait, and FerretDB was busy with abandoned ones.
 */
export async function storeOnce(
  documents: Collection<StoredFields>,
  batches: Batches,
  wanted: StoredFields,
  { maxTimeMS }: { maxTimeMS: number },
): Promise<Date> {
  const { _id, fingerprint, createdAt } = wanted;
  try {
    await batches.insert(wanted);
    return createdAt;
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
  }
  // A write that changes nothing waits, too, until all before it is on disk.
  await documents.updateOne({ _id }, { $unset: { nothing: "" } }, { writeConcern: onDisk, maxTimeMS });
  const stored = await documents.findOne({ _id }, { projection: { createdAt: 1, fingerprint: 1 }, maxTimeMS });
  if (stored?.fingerprint === fingerprint) return stored.createdAt;
  throw new ProblemError("invalid-field", "This Idempotency-Key was used for another request. Use a new key.");
}

/** The order of lists. */
export const newestFirst = { createdAt: -1, _id: -1 } as const;

/** The documents of an owner. */
export function ownedBy(owner: string | undefined) {
  return { owner: { $eq: owner ?? null } };
}

/** The documents after this position of a list, newest first. */
export function olderThan({ createdAt, id }: Position) {
  return { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { _id: { $lt: id } }] };
}
