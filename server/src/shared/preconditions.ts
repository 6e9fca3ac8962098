import { ProblemError } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { hasOneValidHost } from "./host.ts";

function refusal(detail: string): ProblemError {
  return new ProblemError("malformed-request", detail, { close: true });
}

/**
 * What Node's parser accepts and a service must not, as the problem to answer: 505 another version than HTTP/1.x, 400 a
 * transfer coding besides chunked (its length would be guessed) or not exactly one valid Host header.
 */
export function preconditionFault({ incoming }: Exchange): ProblemError | undefined {
  if (incoming.httpVersionMajor !== 1) {
    return new ProblemError("http-version-not-supported", "Send HTTP/1.1.", { close: true });
  }
  const coding = incoming.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    return refusal("The only Transfer-Encoding accepted is chunked.");
  }
  if (!hasOneValidHost(incoming.rawHeaders, incoming.headers.host)) {
    return refusal("A request needs exactly one valid Host header.");
  }
  return undefined;
}
