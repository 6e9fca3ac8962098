import { constants } from "node:crypto";
import { isIP, type LookupFunction } from "node:net";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import type { Place } from "../config.ts";
import type { PinnedAddress } from "../settings/fields.ts";
import type { ClientIdentity } from "../settings/trust.ts";

/** Where a probe goes, which CAs it trusts, and the certificate that it presents. */
export interface Target {
  url: URL;
  /** PEM of the trusted CAs; undefined: only Node's bundled roots. */
  ca: string | undefined;
  caFile?: string | undefined;
  address: PinnedAddress | undefined;
  identity: ClientIdentity | undefined;
  place: Place;
}

/** Resolves every name to the pinned address, in both forms that Node requests. */
function pinnedLookup({ ip, family }: PinnedAddress): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [{ address: ip, family }]);
    else callback(null, ip, family);
  };
}

/**
 * Requirements of every verified connection of the client. All are explicit, because Node's defaults can be changed
 * from outside (NODE_OPTIONS, NODE_EXTRA_CA_CERTS, OPENSSL_CONF and others).
 */
export function pinnedTrust(ca: string | undefined) {
  return {
    ca: ca ?? [...rootCertificates],
    minVersion: "TLSv1.2",
    // Level 2 refuses RSA keys below 2048 bits and SHA-1.
    ciphers: `${constants.defaultCoreCipherList}:@SECLEVEL=2`,
  } as const;
}

const contexts = new WeakMap<Target, SecureContext>();

/**
 * One context for all connections to a target. One per connection would double the cost of a handshake, and its native
 * memory (0.1 MiB), which the garbage collector does not see, would accumulate for days.
 */
function contextOf(target: Target): SecureContext {
  const known = contexts.get(target);
  if (known !== undefined) return known;
  const made = createSecureContext({ ...pinnedTrust(target.ca), ...target.identity });
  contexts.set(target, made);
  return made;
}

/** TLS and TCP options of every connection to the target: only its CA is trusted, only its pinned address is used. */
export function connectionOptions(target: Target) {
  return { ...lookupOptions(target), secureContext: contextOf(target), rejectUnauthorized: true };
}

/** The pinned address, as an option of a connection. */
export function lookupOptions({ address }: Target) {
  return address === undefined ? {} : { lookup: pinnedLookup(address) };
}

/** The port that connections go to. */
export function portOf({ url, address }: Target): number {
  return address?.port ?? (url.port === "" ? 443 : Number(url.port));
}

/** The address known without DNS: the pinned one, or the one in the URL. */
export function knownAddress({ url, address }: Target): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return address?.ip ?? (isIP(host) === 0 ? undefined : host);
}

/** The URL as it may be shown: a query can carry a secret. */
export function shownUrl({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}
