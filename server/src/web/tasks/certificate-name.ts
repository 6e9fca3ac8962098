import { ProblemError } from "../../shared/answer.ts";

/** Envoy's x-forwarded-client-cert: `Hash=…;Subject="CN=vm,O=home"`. */
const forwarded = /(?:^|;)Subject="((?:[^"\\]|\\.)*)"/;

/** A subject in the string form of RFC 4514, such as `CN=vm,O=home`. Envoy's list without a subject has a semicolon. */
const distinguishedName = /^[A-Za-z][\w.]*=[\x20-\x3a\x3c-\x7e]{0,250}$/;

/**
 * The name of a caller, from the header in which an edge passes on the subject of a client certificate: nginx'
 * `$ssl_client_s_dn`, the same of ingress-nginx, or Envoy's list with a subject. The whole subject is the name: it holds
 * a `=`, so that no token's name is the same. Throws ProblemError 403 for anything else.
 */
export function certificateNameOf(header: string): string {
  const subject = forwarded.exec(header)?.[1] ?? header;
  if (distinguishedName.test(subject)) return subject;
  throw new ProblemError("forbidden", "The edge passed on no usable subject of a client certificate.");
}
