import type { PeerCertificate } from "node:tls";

/** The parts of a server's certificate that a probe needs. */
export interface Certificate {
  /** Common name of its subject; empty without one. */
  subject: string;
  issuer: string;
  /** SHA-256 of the certificate, upper-case hex with colons, as `openssl x509 -fingerprint -sha256` prints it. */
  fingerprint: string;
  /** Epoch milliseconds. */
  validFrom: number;
  validTo: number;
  /** The subject's alternative names, as OpenSSL writes them. */
  names: string;
}

function first(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

/** The certificate of the peer of a TLS connection; undefined without one. */
export function certificateOf(peer: PeerCertificate): Certificate | undefined {
  if (Object.keys(peer).length === 0) return undefined;
  return {
    subject: first(peer.subject?.CN),
    issuer: first(peer.issuer?.CN),
    fingerprint: peer.fingerprint256,
    validFrom: Date.parse(peer.valid_from),
    validTo: Date.parse(peer.valid_to),
    names: peer.subjectaltname ?? "",
  };
}
