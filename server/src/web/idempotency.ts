import { createHash } from "node:crypto";
import { z } from "zod";
import { ProblemError } from "../shared/answer.ts";
import { headerOf, type Exchange } from "../shared/exchange.ts";

/** The header, for the documentation of routes that create something. */
export const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .optional()
    .describe(
      'A string in double quotes, such as "8e03978e-40d5". A repetition with the same key and request gives the same result; with another request 422. It is known as long as what it created is kept.',
    ),
});

/** A string of a structured field (RFC 9651), as draft-ietf-httpapi-idempotency-key-header has it. */
const quoted = /^[ \t]*"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"[ \t]*$/;

/** SHA-256 of these parts. No two lists of parts give the same bytes to be hashed. */
export function digestOf(...parts: (string | Buffer | undefined)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part === undefined ? -1 : Buffer.byteLength(part)}:`).update(part ?? "");
  return hash.digest();
}

/** The caller's Idempotency-Key. Throws ProblemError 400 when it is no string of a structured field of 1 to 255 characters. */
export function idempotencyKeyOf(exchange: Exchange): string | undefined {
  const header = headerOf(exchange, "idempotency-key");
  if (header === undefined) return undefined;
  const key = quoted.exec(header)?.[1];
  if (key !== undefined) return key;
  throw new ProblemError(
    "malformed-request",
    'Idempotency-Key must be one string in double quotes, of 1 to 255 ASCII characters: Idempotency-Key: "8e03978e-40d5".',
  );
}
