import { ProblemError } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { hasOneValidHost } from "./host.ts";

function refuse(detail: string): never {
  throw new ProblemError("malformed-request", detail, { close: true });
}

/**
 * Checks what Node's parser accepts and a service must not. Throws ProblemError: 505 another version than HTTP/1.x, 400 a
 * transfer coding besides chunked (its length would be guessed) or not exactly one valid Host header.
 */
export function checkPreconditions({ incoming }: Exchange): void {
  if (incoming.httpVersionMajor !== 1) {
    throw new ProblemError("http-version-not-supported", "Send HTTP/1.1.", { close: true });
  }
  const coding = incoming.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    refuse("The only Transfer-Encoding accepted is chunked.");
  }
  if (!hasOneValidHost(incoming.rawHeaders, incoming.headers.host)) {
    refuse("A request needs exactly one valid Host header.");
  }
}
