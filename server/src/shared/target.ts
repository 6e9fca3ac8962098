import { ProblemError } from "./answer.ts";

const origin = /^https?:\/\/[^/?#]*/i;
const invalid = /[^\x21-\x7e]|[\\#]|%(?![\da-f]{2})/i;
const escapedUnreserved = /%(?:2[de]|5f|7e|3\d|[46][1-9a-f]|[57][\da])/gi;

/** The problem of a request target that is not a path; the connection is closed. */
export function invalidTarget(cause?: unknown): ProblemError {
  return new ProblemError("malformed-request", "The request target is not a valid path.", { cause, close: true });
}

/**
 * The path and the query of a request target (RFC 9112, 3.2). Of the path, unreserved characters are unescaped (RFC 3986,
 * 6.2.2.2) and a trailing slash after a segment is removed. Throws ProblemError 400 when the target is not a path.
 */
export function parseTarget(target: string): { path: string; query: string } {
  const [whole = "", query = ""] = target.replace(origin, "").split(/\?(.*)/s, 2);
  const path = whole === "" ? "/" : whole.replace(escapedUnreserved, (escape) => decodeURIComponent(escape));
  if (!path.startsWith("/") || invalid.test(target)) throw invalidTarget();
  return { path: /[^/]\/$/.test(path) ? path.slice(0, -1) : path, query };
}

const plain = /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/;

/** The path of a request target, as {@link parseTarget} has it. Throws ProblemError 400 when the target is not a path. */
export function pathOf(target: string): string {
  return plain.test(target) ? target : parseTarget(target).path;
}

/** Decodes one segment of a path. Throws ProblemError 400 where it is not UTF-8. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw invalidTarget(cause);
  }
}
