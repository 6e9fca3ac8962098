import { X509Certificate } from "node:crypto";
import { day } from "@analyze/common/time";

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in order. @throws where one of them cannot be parsed. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(block) ?? []).map((text) => new X509Certificate(text));
}

/** Subject on one line, such as `CN=analyze CA for analyze.test`. */
export function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll("\n", ", ");
}

/** Whole days until the certificate expires; negative once it has. */
export function daysLeft(certificate: X509Certificate, now: number): number {
  return Math.floor((certificate.validToDate.getTime() - now) / day);
}

/** `2026-11-21` */
export function dateOf(time: Date | number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function incomplete(pem: string): boolean {
  const markers = (marker: string): number => pem.split(`-----${marker} CERTIFICATE-----`).length - 1;
  return markers("BEGIN") !== markers("END") || markers("BEGIN") !== (pem.match(block) ?? []).length;
}

/** Why a certificate is outside of its dates at `now`; undefined while it is inside. */
function dateFault({ validFromDate, validToDate }: X509Certificate, now: number): string | undefined {
  if (validToDate.getTime() < now) return `expired on ${dateOf(validToDate)}`;
  if (validFromDate.getTime() > now) return `is not valid before ${validFromDate.toISOString()}: check the clock here`;
  return undefined;
}

function faultOf(certificate: X509Certificate, now: number): string | undefined {
  if (!certificate.ca && !certificate.checkIssued(certificate))
    return "is a leaf certificate: name the file of the CA that issued it (ca.crt)";
  return dateFault(certificate, now);
}

function parse(pem: string): X509Certificate[] | undefined {
  try {
    return certificatesOf(pem);
  } catch {
    return undefined;
  }
}

/** What is wrong with a file of trusted CAs; undefined when each of them can be used at `now` (epoch ms). */
export function authoritiesFault(pem: string, now: number): string | undefined {
  const certificates = parse(pem);
  if (incomplete(pem)) return "is cut off: it has the beginning of a certificate without its end. Copy it again";
  if (certificates === undefined || certificates.length === 0) return "is not a certificate in PEM form";
  for (const [index, certificate] of certificates.entries()) {
    const fault = faultOf(certificate, now);
    if (fault === undefined) continue;
    if (certificates.length === 1) return fault;
    return `holds ${certificates.length} certificates; number ${index + 1} (${subjectOf(certificate)}) ${fault}`;
  }
  return undefined;
}

const clientAuthentication = "1.3.6.1.5.5.7.3.2";

/** What is wrong with the certificate that the client presents; undefined when an edge can accept it at `now`. */
export function clientCertificateFault(pem: string, now: number): string | undefined {
  const [leaf] = parse(pem) ?? [];
  if (incomplete(pem)) return "is cut off: it has the beginning of a certificate without its end. Copy it again";
  if (leaf === undefined) return "is not a certificate in PEM form";
  const purposes = leaf.keyUsage;
  if (purposes !== undefined && !purposes.includes(clientAuthentication)) return "is not for clients (clientAuth)";
  return dateFault(leaf, now);
}
