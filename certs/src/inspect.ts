import "reflect-metadata";
import { createPrivateKey, X509Certificate as NodeCertificate } from "node:crypto";
import { X509Certificate } from "@peculiar/x509";
import type { Stored } from "./folder.ts";
import { hostsOf, permittedHosts } from "./hosts.ts";
import { keyKindOf, type KeyKind } from "./keys.ts";

/** What a certificate says of itself. */
export interface Facts {
  commonName: string;
  fingerprint: string;
  notAfter: Date;
  /** Whole days left; negative when it has ended. */
  daysLeft: number;
  /** A leaf's alternative names, or what a CA may vouch for; undefined for a CA that may vouch for anything. */
  hosts: string[] | undefined;
  /** Undefined when the key is not there, or of another kind than is made here. */
  keyKind: KeyKind | undefined;
}

export function factsOf(stored: Stored): Facts {
  const certificate = new X509Certificate(stored.certificate);
  const node = new NodeCertificate(stored.certificate);
  return {
    commonName: certificate.subjectName.getField("CN")[0] ?? "",
    fingerprint: node.fingerprint256,
    notAfter: certificate.notAfter,
    daysLeft: Math.floor((certificate.notAfter.getTime() - Date.now()) / 86_400_000),
    hosts: node.ca ? permittedHosts(certificate) : hostsOf(certificate),
    keyKind: stored.key === undefined ? undefined : keyKindOf(stored.key),
  };
}

/** Whether the key is there, and is that of the certificate. */
export function isPair({ certificate, key }: Stored): boolean {
  return key !== undefined && new NodeCertificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** Days before its end at which a leaf is renewed: the figure at which testssl.sh fails a certificate. */
export const renewalDays = 30;

/** What {@link faultOf} answers where there is nothing. */
export const missing = "is missing";

/** Why a leaf should be replaced, as the rest of a sentence about it; undefined when it is good. */
export function faultOf(
  leaf: Stored | undefined,
  authority: Stored,
  wanted: { hosts?: readonly string[] | undefined; keyKind?: KeyKind | undefined },
): string | undefined {
  if (leaf?.key === undefined) return missing;
  const certificate = new NodeCertificate(leaf.certificate);
  if (!isPair(leaf)) return "does not match its key";
  if (!certificate.verify(new NodeCertificate(authority.certificate).publicKey)) return "is not by this CA";
  const { daysLeft, hosts = [], keyKind, notAfter } = factsOf(leaf);
  const capped = notAfter.getTime() === factsOf(authority).notAfter.getTime();
  if (daysLeft < 0 || (daysLeft < renewalDays && !capped)) return `ends on ${dateOf(notAfter)}`;
  const lacking = wanted.hosts?.filter((host) => !hosts.includes(host)) ?? [];
  if (lacking.length > 0) return `is not for ${lacking.join(", ")}`;
  if (wanted.keyKind && wanted.keyKind !== keyKind) return `has not the key asked for (${wanted.keyKind})`;
  return undefined;
}

/** As people write it: 2027-11-21. */
export function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
