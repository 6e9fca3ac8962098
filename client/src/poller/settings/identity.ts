import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** What the client presents to an edge that asks for a certificate (PEM). */
export interface ClientIdentity {
  cert: string;
  key: string;
}

function parseKey(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const encrypted = error instanceof Error && "code" in error && error.code === "ERR_MISSING_PASSPHRASE";
    return encrypted
      ? "is encrypted: give the key without a passphrase (openssl pkey -in KEY -out PLAIN)"
      : "is not a private key in PEM form";
  }
}

/** What is wrong with the client's private key beside a certificate that is good; undefined when they are a pair. */
export function clientKeyFault({ cert, key }: ClientIdentity): string | undefined {
  const parsed = parseKey(key);
  if (typeof parsed === "string") return parsed;
  if (new X509Certificate(cert).checkPrivateKey(parsed)) return undefined;
  return "is not the key of the certificate in ANALYZE_CLIENT_CERT_FILE: the two files are from different pairs";
}
