import { errorCode } from "@analyze/common/errors";
import { X509Certificate, createPrivateKey, type KeyObject } from "node:crypto";
import { day } from "@analyze/common/time";

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in order. @throws if one of them cannot be parsed. */
export function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(block) ?? []).map((text) => new X509Certificate(text));
}

/** Subject on one line, such as `CN=analyze CA for analyze.test`. */
export function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll("\n", ", ");
}

/** Whole days until the certificate expires; negative if it has expired. */
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

/** Why a certificate is not valid at `now`; undefined if it is. */
function dateFault({ validFromDate, validToDate }: X509Certificate, now: number): string | undefined {
  if (validToDate.getTime() < now) return `expired on ${dateOf(validToDate)}`;
  if (validFromDate.getTime() > now) return `is not valid before ${validFromDate.toISOString()}: check the clock here`;
  return undefined;
}

function kindFault(certificate: X509Certificate): string | undefined {
  if (certificate.ca || certificate.checkIssued(certificate)) return undefined;
  return "is a leaf certificate: name the file of the CA that issued it (ca.crt)";
}

type Judge = (certificate: X509Certificate) => string | undefined;

/** The faults by `faultOf` of each certificate, with its position in the file if there are several. */
function faultsOf(certificates: X509Certificate[], faultOf: Judge): string[] {
  return certificates.flatMap((certificate, index) => {
    const fault = faultOf(certificate);
    if (fault === undefined) return [];
    const which = `holds ${certificates.length} certificates; number ${index + 1} (${subjectOf(certificate)})`;
    return certificates.length === 1 ? [fault] : [`${which} ${fault}`];
  });
}

function parse(pem: string): X509Certificate[] | undefined {
  try {
    return certificatesOf(pem);
  } catch {
    return undefined;
  }
}

/**
 * The fault of a file of trusted CAs; undefined if it is usable at `now` (epoch ms). Next to a valid CA,
 * an expired one is no fault; otherwise the end of a CA replacement would stop the clients: see {@link datedAuthorities}.
 */
export function authoritiesFault(pem: string, now: number): string | undefined {
  const certificates = parse(pem);
  if (incomplete(pem)) return "is cut off: a certificate has no end. Copy the file again";
  if (certificates === undefined || certificates.length === 0) return "is not a certificate in PEM form";
  const [wrong] = faultsOf(certificates, kindFault);
  if (wrong !== undefined) return wrong;
  const dated = faultsOf(certificates, (certificate) => dateFault(certificate, now));
  return dated.length === certificates.length ? dated[0] : undefined;
}

/** CAs of a good file that are not valid now: harmless next to a valid one, but to be removed. */
export function datedAuthorities(pem: string | undefined, now: number): string[] {
  return faultsOf(certificatesOf(pem ?? ""), (certificate) => dateFault(certificate, now)).map(
    (fault) => `ANALYZE_CA_FILE ${fault}: remove it from the file`,
  );
}

const clientAuthentication = "1.3.6.1.5.5.7.3.2";

/** The fault of the client's certificate; undefined if an edge can accept it at `now`. */
export function clientCertificateFault(pem: string, now: number): string | undefined {
  const [leaf] = parse(pem) ?? [];
  if (incomplete(pem)) return "is cut off: a certificate has no end. Copy the file again";
  if (leaf === undefined) return "is not a certificate in PEM form";
  const purposes = leaf.keyUsage;
  if (purposes !== undefined && !purposes.includes(clientAuthentication)) return "is not for clients (clientAuth)";
  return dateFault(leaf, now);
}

/** The client's certificate and key (PEM), for an edge that requests them. */
export interface ClientIdentity {
  cert: string;
  key: string;
}

function parseKey(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    return errorCode(error) === "ERR_MISSING_PASSPHRASE"
      ? "is encrypted: give the key without a passphrase (openssl pkey -in KEY -out PLAIN)"
      : "is not a private key in PEM form";
  }
}

/** The fault of the client's private key next to a good certificate; undefined if they are a pair. */
export function clientKeyFault({ cert, key }: ClientIdentity): string | undefined {
  const parsed = parseKey(key);
  if (typeof parsed === "string") return parsed;
  if (new X509Certificate(cert).checkPrivateKey(parsed)) return undefined;
  return "is not the key of the certificate in ANALYZE_CLIENT_CERT_FILE: the two files are from different pairs";
}
