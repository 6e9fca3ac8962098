import { createPrivateKey, createPublicKey, KeyObject, webcrypto } from "node:crypto";

/** `p256`: ECDSA, a full handshake costs the server 12 × less than with `rsa4096`, which some policies ask for. */
export type KeyKind = (typeof keyKinds)[number];
export const keyKinds = ["p256", "rsa4096"] as const;

const exponent = new Uint8Array([1, 0, 1]);

const algorithms = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa4096: { name: "RSASSA-PKCS1-v1_5", modulusLength: 4096, publicExponent: exponent, hash: "SHA-256" },
} as const;

/** A new key pair; it can be exported. An rsa4096 takes a second or more. */
export async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]);
}

/** PKCS#8 in PEM. */
export function privateKeyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
}

/** Which kind a private key in PEM is; undefined for a kind that is not made here. */
export function keyKindOf(pem: string): KeyKind | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") return "p256";
  if (asymmetricKeyType === "rsa" && asymmetricKeyDetails?.modulusLength === 4096) return "rsa4096";
  return undefined;
}

/** The pair of a private key in PEM, ready to sign. */
export function importKeys(pem: string): webcrypto.CryptoKeyPair {
  const algorithm = algorithms[createPrivateKey(pem).asymmetricKeyType === "rsa" ? "rsa4096" : "p256"];
  return {
    privateKey: createPrivateKey(pem).toCryptoKey(algorithm, false, ["sign"]),
    publicKey: createPublicKey(pem).toCryptoKey(algorithm, true, ["verify"]),
  };
}
