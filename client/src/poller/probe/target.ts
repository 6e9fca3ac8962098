import { isIP, type LookupFunction } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { ClientIdentity, PinnedAddress } from "../config.ts";

/** Where a probe goes, whom it trusts there, and who it says it is. */
export interface Target {
  url: URL;
  ca: string | undefined;
  address: PinnedAddress | undefined;
  identity: ClientIdentity | undefined;
}

/** Answers every name with the one pinned address, in both forms that Node asks in. */
function pinnedLookup({ ip, family }: PinnedAddress): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [{ address: ip, family }]);
    else callback(null, ip, family);
  };
}

const contexts = new WeakMap<Target, SecureContext>();

/**
 * One context for all connections to a target. One for each would cost as much again as the handshake, and its native
 * memory (0.1 MiB), which the collector does not see, would pile up for days.
 */
function contextOf(target: Target): SecureContext {
  const known = contexts.get(target);
  if (known !== undefined) return known;
  const { ca, identity } = target;
  const made = createSecureContext({ ...(ca === undefined ? {} : { ca }), ...identity });
  contexts.set(target, made);
  return made;
}

/** TLS and TCP options of every connection to the target: its CA alone is trusted, its pinned address alone is used. */
export function connectionOptions(target: Target) {
  return { ...lookupOptions(target), secureContext: contextOf(target) };
}

/** The pinned address, as an option of a connection. */
export function lookupOptions({ address }: Target) {
  return address === undefined ? {} : { lookup: pinnedLookup(address) };
}

/** The port that connections go to. */
export function portOf({ url, address }: Target): number {
  return address?.port ?? (url.port === "" ? 443 : Number(url.port));
}

/** Whether connecting starts with a question to DNS: not for a pinned address or an address in the URL. */
export function asksDns({ url, address }: Target): boolean {
  return address === undefined && isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0;
}
