import { randomBytes } from "node:crypto";
import { digestOf } from "../idempotency.ts";

/** A hash of a request's body. */
export function fingerprintOf(body: Buffer): string {
  return digestOf("document", body).toString("base64url", 0, 16);
}

const idBytes = 17;
let random = Buffer.alloc(0);
let used = 0;

/** Random bytes of an ID. One call of the operating system serves many: alone, it is 3 % of what a document costs. */
function randomId(): Buffer {
  if (used === random.length) {
    random = randomBytes(idBytes * 256);
    used = 0;
  }
  used += idBytes;
  return random.subarray(used - idBytes, used);
}

/** The ID of a document, known before the first attempt to store it: from the Idempotency-Key, or random. */
export function documentIdOf(owner: string | undefined, key: string | undefined): string {
  const bytes = key === undefined ? randomId() : digestOf("document", owner, key);
  return `d${bytes.toString("base64url", 0, idBytes).slice(0, 22)}`;
}
