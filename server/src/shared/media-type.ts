import { MIMEType } from "node:util";
import { ProblemError } from "./answer.ts";
import { headerOf, type Exchange } from "./exchange.ts";

/** Names of UTF-8 and of its subset ASCII. A parameter besides charset has no meaning for JSON, and is ignored. */
const charsets = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);

function isJson(contentType: string): boolean {
  if (contentType === "application/json") return true;
  try {
    const { essence, params } = new MIMEType(contentType);
    return essence === "application/json" && charsets.has(params.get("charset")?.toLowerCase() ?? "utf-8");
  } catch {
    return false;
  }
}

function isEncoded(contentEncoding: string | undefined): boolean {
  const codings = contentEncoding?.split(",").map((coding) => coding.trim().toLowerCase()) ?? [];
  return codings.some((coding) => coding !== "" && coding !== "identity");
}

/** Checks that the headers declare the body as JSON in UTF-8, not compressed. Throws ProblemError 415. */
export function checkMediaType(exchange: Exchange): void {
  if (!isJson(exchange.incoming.headers["content-type"] ?? "")) {
    throw new ProblemError("unsupported-media-type", "Send JSON as UTF-8 with Content-Type: application/json.");
  }
  if (isEncoded(headerOf(exchange, "content-encoding"))) {
    throw new ProblemError("unsupported-media-type", "Send the body without Content-Encoding.");
  }
}
