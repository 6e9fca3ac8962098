import { errorCode } from "@analyze/common/errors";
import { TimeUp } from "./connection.ts";
import type { Phase } from "./phases.ts";

/** Why there is no complete answer. */
export interface Failure {
  /** Error code of Node, OpenSSL or undici, or one of ours: TIMEOUT, TOO_LONG, INVALID_HTTP. */
  code: string;
  message: string;
  phase: Phase;
}

/** The answer is longer than any correct one. */
export class TooLong extends Error {
  override name = "TooLong";
  readonly code = "TOO_LONG";

  constructor(bytes: number) {
    super(`the answer is longer than ${bytes} bytes`);
  }
}

/** Text around OpenSSL's messages (object address, source location), and Node's advice to trust more CAs. */
const noise = /^[0-9A-F]{8,}:error:[0-9A-F]+:|:[^:]*\.c:\d+:?|; if the root CA is installed locally,.*|\n/g;

/** The parser's reason for an invalid answer. */
function invalidHttp(error: Error, answered: boolean): string | undefined {
  if (error.name === "HTTPParserError") return /\((.*)\)$/.exec(error.message)?.[1] ?? error.message;
  // Before the end of the head, undici's parser reports any fault next to a Content-Length as this error.
  const early = error.name === "ResponseContentLengthMismatchError" && !answered;
  return early ? "Content-Length twice, or a malformed header" : undefined;
}

/** A thrown error as data. `answered`: the head of an answer was received. */
export function describeFailure(error: unknown, phase: Phase, answered: boolean): Failure {
  if (!(error instanceof Error)) return { code: "UNKNOWN", message: String(error), phase };
  if (error instanceof TimeUp) return { code: "TIMEOUT", message: "no complete answer in time", phase };
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const named = errorCode(error) ?? error.name;
  const invalid = invalidHttp(error, answered);
  if (invalid !== undefined) return { code: "INVALID_HTTP", message: invalid, phase };
  // OpenSSL errors that Node has no name for, such as "permitted subtree violation".
  const code = named === "UNSPECIFIED" ? error.message.toUpperCase().replace(/\W+/g, "_") : named;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code, message: message.replace(noise, ""), phase };
}
