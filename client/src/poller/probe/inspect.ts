import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { certificatesOf } from "../settings/trust.ts";
import { certificateOf, type Certificate } from "./certificate.ts";
import { lookupOptions, portOf, type Target } from "./target.ts";

/** Who signed a certificate: our CA, a CA with its name and another key, the certificate itself, or another CA. */
export type Signer = "ours" | "same-name" | "itself" | "foreign";

/** The certificate that a server presents, trusted or not. */
export interface Shown {
  certificate: Certificate;
  signer: Signer;
}

/** Who signed `leaf`, judged by the CAs of `pem`. */
function signerOf(leaf: X509Certificate, pem: string): Signer {
  const authorities = certificatesOf(pem);
  if (authorities.some((ca) => leaf.issuer === ca.subject && leaf.verify(ca.publicKey))) return "ours";
  if (leaf.issuer === leaf.subject) return "itself";
  return authorities.some((ca) => leaf.issuer === ca.subject) ? "same-name" : "foreign";
}

/**
 * Makes a TLS handshake without verification, to read the certificate of a rejected connection, and closes it.
 * The only place without verification: it runs after a rejection, presents no client certificate,
 * and writes nothing to the socket, which never leaves this function. Undefined if no certificate was received.
 */
export async function inspectCertificate(target: Target, timeoutMs: number): Promise<Shown | undefined> {
  const { hostname } = target.url;
  const shown = Promise.withResolvers<Shown | undefined>();
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: portOf(target),
    ...lookupOptions(target),
    ca: [],
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    rejectUnauthorized: false,
  });
  socket.setTimeout(timeoutMs, () => socket.destroy());
  socket.once("secureConnect", () => {
    const certificate = certificateOf(socket.getPeerCertificate());
    const leaf = socket.getPeerX509Certificate();
    if (certificate && leaf) shown.resolve({ certificate, signer: signerOf(leaf, target.ca ?? "") });
    socket.destroy();
  });
  socket.once("error", () => shown.resolve(undefined));
  socket.once("close", () => shown.resolve(undefined));
  return shown.promise;
}
