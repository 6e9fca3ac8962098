import { createPrivateKey, KeyObject, webcrypto } from "node:crypto";
import type { Credential } from "@analyze/certs";
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const p256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rsa1024 = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 1024,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};

interface Forgery {
  commonName: string;
  /** Default: the common name. */
  host?: string;
  /** The issuer; default: itself. */
  by?: Credential;
  ca?: boolean;
  weak?: boolean;
}

async function signingKeyOf({ key }: Credential): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, p256, false, ["sign"]);
}

/** A certificate that `@analyze/certs` does not issue: self-signed, an intermediate, or with a key that is too weak. */
export async function forge({
  commonName,
  host = commonName,
  by,
  ca = false,
  weak = false,
}: Forgery): Promise<Credential> {
  const keys = await webcrypto.subtle.generateKey(weak ? rsa1024 : p256, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${commonName}`,
    issuer: by === undefined ? `CN=${commonName}` : new X509Certificate(by.certificate).subject,
    publicKey: keys.publicKey,
    signingKey: by === undefined ? keys.privateKey : await signingKeyOf(by),
    signingAlgorithm: p256,
    extensions: [
      new BasicConstraintsExtension(ca, undefined, true),
      ...(ca ? [] : [new SubjectAlternativeNameExtension([{ type: "dns", value: host }])]),
    ],
  });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { certificate: certificate.toString("pem"), key };
}
