import "reflect-metadata";
import { createPrivateKey, X509Certificate as NodeCertificate } from "node:crypto";
import { day } from "@analyze/common/time";
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, X509Certificate } from "@peculiar/x509";
import type { Stored } from "./folder.ts";
import { hostsOf, permittedHosts } from "./hosts.ts";
import { keyKindOf, type KeyKind } from "./keys.ts";

/** The contents of a certificate. */
export interface Facts {
  commonName: string;
  fingerprint: string;
  isAuthority: boolean;
  /** Its extended key usage; both if it has none. */
  forServers: boolean;
  forClients: boolean;
  notBefore: Date;
  notAfter: Date;
  /** Whole days left; negative if it has expired. */
  daysLeft: number;
  /** A leaf's alternative names, or a CA's permitted hosts; undefined for a CA without name constraints. */
  hosts: string[] | undefined;
  /** Undefined if the key is missing, or of a kind that this program does not create. */
  keyKind: KeyKind | undefined;
}

/** Facts of the first certificate of a file. `now` is the time that `daysLeft` counts from. */
export function factsOf(stored: Stored, now = new Date()): Facts {
  const node = new NodeCertificate(stored.certificate);
  const certificate = new X509Certificate(node.raw);
  const usages = certificate.getExtension(ExtendedKeyUsageExtension)?.usages;
  return {
    commonName: certificate.subjectName.getField("CN")[0] ?? certificate.subject,
    fingerprint: node.fingerprint256,
    isAuthority: node.ca,
    forServers: usages?.includes(ExtendedKeyUsage.serverAuth) ?? true,
    forClients: usages?.includes(ExtendedKeyUsage.clientAuth) ?? true,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    daysLeft: Math.floor((certificate.notAfter.getTime() - now.getTime()) / day),
    hosts: node.ca ? permittedHosts(certificate) : hostsOf(certificate),
    keyKind: stored.key === undefined ? undefined : keyKindOf(stored.key),
  };
}

/** Whether the key is that of the certificate. */
export function isPair(certificate: string, key: string): boolean {
  return new NodeCertificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** Whether the certificate was signed by the key of `authority`. */
export function isIssuedBy(certificate: string, authority: string): boolean {
  return new NodeCertificate(certificate).verify(new NodeCertificate(authority).publicKey);
}

/** The certificates of a PEM file, one string each. */
export function certificatesIn(pem: string): string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => `${one}\n`);
}

/** 2027-11-21 */
export function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
