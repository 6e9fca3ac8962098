import { BSON } from "mongodb";
import { documentLimits } from "../../contract/documents.ts";
import { treeOfBson } from "../../shared/data/bson.ts";
import type { Stored } from "./store.ts";

function bytesOf(bson: unknown): Uint8Array {
  if (bson instanceof Uint8Array) return bson;
  throw new Error("the driver gave a document that is not raw");
}

/** A stored document from its BSON; the driver's own reading would change the order of keys. */
export function storedOf(bson: unknown): Stored {
  const { _id, owner, createdAt, document } = BSON.deserialize(bytesOf(bson), { raw: true });
  return {
    id: String(_id),
    owner: typeof owner === "string" ? owner : undefined,
    createdAt: new Date(createdAt),
    document: treeOfBson(document),
  };
}

/**
 * A page of at most `count` of these documents (BSON), which ends with the one that exceeds the limit of its bytes. Reads no
 * others: all that MongoDB found would delay every other request.
 */
export function pageOf(found: readonly unknown[], count: number): { documents: Stored[]; more: boolean } {
  let bytes = 0;
  const fitting =
    found.slice(0, count).findIndex((bson) => (bytes += bytesOf(bson).length) > documentLimits.pageBytes) + 1;
  const end = fitting === 0 ? count : fitting;
  return { documents: found.slice(0, end).map(storedOf), more: found.length > end };
}
