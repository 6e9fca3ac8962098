import { createHash } from "node:crypto";
import { ProblemError } from "../../shared/answer.ts";
import { headerOf, type Exchange } from "../../shared/exchange.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Tokens } from "./tokens.ts";

/** How a caller identifies itself. */
export type Credential = "bearerToken" | "clientCertificate";

/** Who may use the routes with effect. */
export interface Callers {
  /** The credentials of this instance; empty if it does not identify callers. */
  readonly credentials: readonly Credential[];
  /**
   * The caller's name; undefined if callers are not identified. Throws ProblemError 401 or 403 without a credential,
   * 403 with an unknown one, 429 above the caller's rate.
   */
  admit(exchange: Exchange): string | undefined;
}

/** Everybody has access, and all share the same tasks. */
export const anybody: Callers = { credentials: [], admit: () => undefined };

export interface CallerOptions {
  /** Accepted tokens. */
  tokens?: Tokens | undefined;
  /** Header with the subject of the client certificate that the edge verified. */
  certificateHeader?: string | undefined;
  /** Requests per second of each caller, and bursts of as many. */
  perSecond: number;
}

/** A bearer token (RFC 6750, 2.1). */
const bearer = /^Bearer +([\w.~+/-]+=*) *$/i;

/** Envoy's x-forwarded-client-cert: `Hash=…;Subject="CN=vm,O=home"`. */
const forwarded = /(?:^|;)Subject="((?:[^"\\]|\\.)*)"/;

/** A subject in the string form of RFC 4514, such as `CN=vm,O=home`. Envoy's list without a subject has a semicolon. */
const distinguishedName = /^[A-Za-z][\w.]*=[\x20-\x3a\x3c-\x7e]{0,250}$/;

function unauthorized(detail: string, code: "unauthorized" | "forbidden", error?: string): ProblemError {
  const challenge = `Bearer realm="analyze"${error === undefined ? "" : `, error="${error}"`}`;
  return new ProblemError(code, detail, { headers: { "www-authenticate": challenge } });
}

function nameByToken(tokens: Tokens, header: string): string {
  const token = bearer.exec(header)?.[1];
  if (token === undefined) {
    throw unauthorized("Authorization must be: Bearer TOKEN.", "unauthorized", "invalid_request");
  }
  // Only hashes are compared, so the duration reveals nothing about a token.
  const name = tokens.nameOf(createHash("sha256").update(token).digest("hex"));
  if (name === undefined) throw unauthorized("This token is not known here.", "forbidden", "invalid_token");
  return name;
}

/**
 * The name of a caller, from the edge's header with the subject of a client certificate: nginx'
 * `$ssl_client_s_dn`, the same of ingress-nginx, or Envoy's list with a subject. The whole subject is the name: it contains
 * a `=`, so it differs from every token's name. Throws ProblemError 403 for anything else.
 */
function certificateNameOf(header: string): string {
  const subject = forwarded.exec(header)?.[1] ?? header;
  if (distinguishedName.test(subject)) return subject;
  throw new ProblemError("forbidden", "The edge passed on no usable subject of a client certificate.");
}

/** The caller's name. A token takes precedence over a certificate. */
function nameOf({ tokens, certificateHeader }: CallerOptions, exchange: Exchange): string {
  const authorization = headerOf(exchange, "authorization");
  if (tokens && authorization !== undefined) return nameByToken(tokens, authorization);
  const subject = certificateHeader === undefined ? undefined : headerOf(exchange, certificateHeader);
  if (subject) return certificateNameOf(subject);
  if (tokens) throw unauthorized("Send a token: Authorization: Bearer TOKEN.", "unauthorized");
  // No 401: it needs a challenge, and there is none for certificates.
  throw new ProblemError("forbidden", "Connect with a client certificate: the edge passed none on.");
}

/** Callers with a token, with a client certificate, or with either. */
export function knownCallers(options: CallerOptions): Callers {
  const { tokens, certificateHeader, perSecond } = options;
  const rate = new RateLimit(perSecond);
  return {
    credentials: [
      ...(tokens ? (["bearerToken"] as const) : []),
      ...(certificateHeader === undefined ? [] : (["clientCertificate"] as const)),
    ],
    admit: (exchange) => {
      const name = nameOf(options, exchange);
      const waitMs = rate.take(name);
      if (waitMs === 0) return name;
      throw new ProblemError("too-many-requests", `More than ${perSecond} requests per second of this caller.`, {
        headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
      });
    },
  };
}
