import { ProblemError } from "./answer.ts";
import type { Exchange } from "./exchange.ts";

const validPort = "6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4}";
const validHost = new RegExp(`^(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::(?:${validPort}))?$`);

/**
 * Whether a request has exactly one valid Host header. Node silently keeps the first of several,
 * and an edge may choose another: a request with two is rejected (RFC 9112, 3.2).
 */
export function hasOneValidHost(rawHeaders: string[], host: string | undefined): boolean {
  if (host === undefined || !validHost.test(host)) return false;
  let found = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name !== undefined && name.length === 4 && name.toLowerCase() === "host") found++;
  }
  return found === 1;
}

function refusal(detail: string): ProblemError {
  return new ProblemError("malformed-request", detail, { close: true });
}

/**
 * Requests that Node's parser accepts but a service must reject, as a problem: 505 another version than HTTP/1.x, 400 a
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
