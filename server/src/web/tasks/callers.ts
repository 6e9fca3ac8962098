import { createHash } from "node:crypto";
import { ProblemError } from "../../shared/answer.ts";
import { headerOf, type Exchange } from "../../shared/exchange.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Tokens } from "./tokens.ts";

/** Who may use the routes with effect. */
export interface Callers {
  /**
   * The caller's name; undefined where callers are not identified. Throws ProblemError 401 without a token, 403 with one
   * that is not known, 429 above the caller's rate.
   */
  admit(exchange: Exchange): string | undefined;
}

/** Everybody may, and owns the same tasks. */
export const anybody: Callers = { admit: () => undefined };

/** A bearer token (RFC 6750, 2.1). */
const bearer = /^Bearer +([\w.~+/-]+=*) *$/i;

function unauthorized(detail: string, code: "unauthorized" | "forbidden", error?: string): ProblemError {
  const challenge = `Bearer realm="analyze"${error === undefined ? "" : `, error="${error}"`}`;
  return new ProblemError(code, detail, { headers: { "www-authenticate": challenge } });
}

/** Callers with a token, `perSecond` requests each, and bursts of as many. */
export function tokenCallers(tokens: Tokens, perSecond: number): Callers {
  const rate = new RateLimit(perSecond);
  return {
    admit: (exchange) => {
      const header = headerOf(exchange, "authorization");
      if (header === undefined) {
        throw unauthorized("Send a token: Authorization: Bearer TOKEN.", "unauthorized");
      }
      const token = bearer.exec(header)?.[1];
      if (token === undefined) {
        throw unauthorized("Authorization must be: Bearer TOKEN.", "unauthorized", "invalid_request");
      }
      // Only hashes are compared: how long it takes tells nothing about a token.
      const name = tokens.nameOf(createHash("sha256").update(token).digest("hex"));
      if (name === undefined) throw unauthorized("This token is not known here.", "forbidden", "invalid_token");
      const waitMs = rate.take(name);
      if (waitMs === 0) return name;
      throw new ProblemError("too-many-requests", `More than ${perSecond} requests per second of this caller.`, {
        headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
      });
    },
  };
}
