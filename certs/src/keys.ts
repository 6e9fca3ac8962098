import { createPrivateKey, createPublicKey, type KeyObject, KeyObject as Keys, webcrypto } from "node:crypto";
import { UserError } from "@analyze/common/errors";

/** `p256`: ECDSA, a full handshake costs the server 12 × less than with `rsa4096`, which some policies require. */
export type KeyKind = (typeof keyKinds)[number];
export const keyKinds = ["p256", "rsa4096"] as const;

const exponent = new Uint8Array([1, 0, 1]);
const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

const algorithms = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa4096: { ...rsa, modulusLength: 4096, publicExponent: exponent },
} as const;

/** Curves of keys from elsewhere, by OpenSSL's name. The hash has the curve's strength. */
const curves = new Map([
  ["prime256v1", { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }],
  ["secp384r1", { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" }],
  ["secp521r1", { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" }],
]);

interface Algorithm {
  name: string;
  namedCurve?: string;
  hash?: string;
}

/** The signature parameters of a key; undefined for an unsupported kind. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm | undefined {
  if (asymmetricKeyType === "rsa") return rsa;
  if (asymmetricKeyType === "ed25519") return { name: "Ed25519" };
  return curves.get(asymmetricKeyDetails?.namedCurve ?? "");
}

/** A new, exportable key pair. An rsa4096 takes a second or more. */
export async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]);
}

/** PKCS#8 in PEM. */
export function privateKeyPem(key: webcrypto.CryptoKey): string {
  return Keys.from(key).export({ type: "pkcs8", format: "pem" }).toString();
}

/** The kind of a private key in PEM; undefined for a kind that this program does not create. */
export function keyKindOf(pem: string): KeyKind | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") return "p256";
  if (asymmetricKeyType === "rsa" && asymmetricKeyDetails?.modulusLength === 4096) return "rsa4096";
  return undefined;
}

/** Whether a certificate of this key needs keyEncipherment: some TLS 1.2 clients require it of RSA keys. */
export function isRsa(pem: string): boolean {
  return createPrivateKey(pem).asymmetricKeyType === "rsa";
}

/** A private key in PEM, ready to sign, with its public key and the parameters of its signatures. */
export interface Signer extends webcrypto.CryptoKeyPair {
  signingAlgorithm: Algorithm;
}

/** Throws a {@link UserError} for a key that is neither RSA, ECDSA on a NIST curve, nor Ed25519. */
export function importKeys(pem: string): Signer {
  const key = createPrivateKey(pem);
  const signingAlgorithm = algorithmOf(key);
  if (signingAlgorithm === undefined) {
    const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "unknown";
    throw new UserError(
      `a key of the kind "${kind}" cannot sign here. Use RSA, ECDSA (P-256, P-384, P-521) or Ed25519.`,
      { exitCode: 1 },
    );
  }
  return {
    privateKey: key.toCryptoKey(signingAlgorithm, false, ["sign"]),
    publicKey: createPublicKey(pem).toCryptoKey(signingAlgorithm, true, ["verify"]),
    signingAlgorithm,
  };
}
