import type { Credential } from "./authority.ts";
import type { Stored } from "./folder.ts";
import { dateOf, factsOf } from "./inspect.ts";
import type { KeyKind } from "./keys.ts";

/** Days before its expiry at which a leaf is renewed; testssl.sh fails a certificate from there on. */
export const renewalDays = 30;

/** What {@link leafFault} returns if there is no leaf. */
export const missing = "was missing";

/** Why CA and leaf are new after the switch of a replacement. */
export const switched = "was replaced with its CA";

/** Why a good leaf was replaced. */
export const requested = "was replaced as requested";

/** Why a leaf should be replaced, and whether clients still accept it. */
export interface LeafFault {
  /** The predicate of a sentence about it. */
  why: string;
  /** It is still valid, so a renewal can wait. */
  canWait: boolean;
}

/** Why a leaf should be replaced; undefined if it is good. */
export function leafFault(
  { certificate, key }: Partial<Credential>,
  authority: Stored,
  wanted: { hosts?: readonly string[] | undefined; keyKind?: KeyKind | undefined; now: Date },
): LeafFault | undefined {
  if (certificate === undefined) return atOnce(missing);
  if (key === undefined) return atOnce("had no key");
  const { daysLeft, hosts = [], keyKind, notBefore, notAfter } = factsOf({ certificate, key }, wanted.now);
  if (notAfter <= wanted.now) return atOnce(`expired on ${dateOf(notAfter)}`);
  if (notBefore > wanted.now && factsOf(authority).notBefore <= wanted.now)
    return atOnce(`was valid only from ${dateOf(notBefore)}`);
  const lacking = wanted.hosts?.filter((host) => !hosts.includes(host)) ?? [];
  if (lacking.length > 0) return atOnce(`was not for ${lacking.join(", ")}`);
  if (wanted.keyKind && wanted.keyKind !== keyKind) return atOnce(`did not have a ${wanted.keyKind} key`);
  // A leaf that ends with its CA cannot get a later end.
  const endsWithAuthority = notAfter.getTime() === factsOf(authority).notAfter.getTime();
  if (daysLeft < renewalDays && !endsWithAuthority) return { why: `ends on ${dateOf(notAfter)}`, canWait: true };
  return undefined;
}

function atOnce(why: string): LeafFault {
  return { why, canWait: false };
}
