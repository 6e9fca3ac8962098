/** The collection of the documents. */
export const collectionName = "documents";

/** A document as it is in MongoDB. */
export interface StoredFields {
  _id: string;
  /** Who stored it; null where callers are not identified. */
  owner: string | null;
  createdAt: Date;
  /** Hash of the request's body, to reject the same Idempotency-Key with another body. */
  fingerprint: string;
  /** What was sent: see bson.ts. */
  document: unknown;
}

/** The one index besides that of `_id`: for lists, newest first. */
export const newestIndex = { key: { owner: 1, createdAt: -1, _id: -1 }, name: "newest" } as const;

/** On disk, and on the majority of the replicas. */
export const onDisk = { w: "majority", journal: true } as const;
