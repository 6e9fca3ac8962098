import { randomId } from "@analyze/common/random";
import { digestOf } from "../idempotency.ts";

/** A hash of a request's body. */
export function fingerprintOf(body: Buffer): string {
  return digestOf("document", body).toString("base64url", 0, 16);
}

const idBytes = 17;

/** The ID of a document, known before the first attempt to store it: from the Idempotency-Key, or random. */
export function documentIdOf(owner: string | undefined, key: string | undefined): string {
  const bytes = key === undefined ? randomId(idBytes) : digestOf("document", owner, key);
  return `d${bytes.toString("base64url", 0, idBytes).slice(0, 22)}`;
}
