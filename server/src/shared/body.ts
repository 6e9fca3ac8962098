import type { IncomingMessage } from "node:http";
import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { limits } from "../contract/limits.ts";
import type { Problem } from "../contract/wire.ts";
import { ProblemError } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { checkMediaType } from "./media-type.ts";
import { excessOf, structureLimits } from "./structure.ts";

/** Limit of a body's chunks: each costs as much as many bytes, and no legitimate sender needs so many. */
const maxPieces = 16_384;

/**
 * Without `Connection: close`: Node would close while the rest of the body still arrives, and the reset can overtake
 * the answer. The listener discards the rest for half a second, then closes.
 */
function tooLarge(most: number): ProblemError {
  return new ProblemError("body-too-large", `A body may have ${most} bytes at most.`);
}

function tooManyPieces(): ProblemError {
  return new ProblemError("malformed-request", "The chunks of the body are too small.", { close: true });
}

/** Collects a body and counts its bytes: a chunked body has no Content-Length. */
function collect(source: IncomingMessage, most: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  let size = 0;
  const refuse = (problem: ProblemError): void => {
    source.pause();
    source.removeAllListeners("data");
    reject(problem);
  };
  source.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > most) refuse(tooLarge(most));
    else if (pieces.push(piece) > maxPieces) refuse(tooManyPieces());
  });
  source.on("end", () => {
    const [first] = pieces;
    resolve(first && pieces.length === 1 ? first : Buffer.concat(pieces));
  });
  source.on("close", () => {
    // An error captures a stack: too expensive for complete bodies.
    if (!source.readableEnded) reject(new ProblemError("malformed-request", "The body ended too early."));
  });
  return promise;
}

/** The body's bytes. Sends "100 Continue" to a caller that waits for it: all other checks have passed. */
function readBody({ incoming, outgoing }: Exchange, most: number): Promise<Buffer> {
  const { "content-length": length, expect } = incoming.headers;
  if (Number(length ?? 0) > most) throw tooLarge(most);
  if (expect?.toLowerCase() === "100-continue" && !incoming.complete) outgoing.writeContinue();
  return collect(incoming, most);
}

function checkStructure(raw: Buffer): void {
  const excess = excessOf(raw);
  if (excess === undefined) return;
  throw new ProblemError(
    "malformed-request",
    excess === "depth"
      ? `The body is nested more than ${structureLimits.depth} levels deep.`
      : `The body has more than ${structureLimits.tokens} fields and values.`,
  );
}

/** Decodes and parses. Throws ProblemError 400 where the bytes are not UTF-8 or `read` throws a SyntaxError. */
function decode<T>(raw: Buffer, read: (text: string) => T): T {
  if (!isUtf8(raw)) throw new ProblemError("malformed-request", "The body is not valid UTF-8.");
  try {
    return read(raw.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProblemError("malformed-request", `The body, ${raw.length} bytes long, is not JSON.`);
  }
}

function parse(raw: Buffer): unknown {
  checkStructure(raw);
  const value: unknown = decode(raw, JSON.parse);
  if (value === null) throw new ProblemError("malformed-request", "The body is null where an object is needed.");
  if (typeof value === "object" && Object.hasOwn(value, "__proto__")) {
    throw new ProblemError("malformed-request", 'The body has a field "__proto__", which is not allowed.');
  }
  return value;
}

/** The JSON pointer (RFC 6901) of a path of keys and indexes. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function fieldErrors(error: z.ZodError): NonNullable<Problem["errors"]> {
  return error.issues.map((issue) => ({ pointer: pointer(issue.path), detail: issue.message }));
}

/** Whether a request has a body, by its headers. */
export function hasBody({ incoming }: Exchange): boolean {
  const { "content-length": length, "transfer-encoding": coding } = incoming.headers;
  return coding !== undefined || Number(length ?? 0) > 0;
}

/** A body that satisfies its schema, and its original bytes, to be passed on without serialising them again. */
export interface JsonBody<T> {
  value: T;
  raw: Buffer;
}

/**
 * Reads and checks a JSON body of at most `limits.bodyBytes` within {@link structureLimits}.
 * Throws ProblemError: 415 not JSON by its headers, 413 too large, 400 not JSON by its content or too complex, 422 with a
 * JSON pointer per wrong field.
 */
export async function readJson<T>(exchange: Exchange, schema: z.ZodType<T>): Promise<JsonBody<T>> {
  checkMediaType(exchange);
  const raw = await readBody(exchange, limits.bodyBytes);
  const checked = schema.safeParse(parse(raw));
  if (checked.success) return { value: checked.data, raw };
  throw new ProblemError("invalid-field", "See errors for what is wrong where.", {
    errors: fieldErrors(checked.error),
  });
}

/**
 * Reads a JSON body of at most `most` bytes by a parser of the caller's, which throws SyntaxError for what is not JSON.
 * Throws ProblemError: 415 not JSON by its headers, 413 too large, 400 not JSON by its content.
 */
export async function readJsonBy<T>(exchange: Exchange, most: number, read: (text: string) => T): Promise<JsonBody<T>> {
  checkMediaType(exchange);
  const raw = await readBody(exchange, most);
  return { value: decode(raw, read), raw };
}
