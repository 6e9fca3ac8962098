import { generateKeyPairSync } from "node:crypto";

/** One line of an OpenSSH public key file: a new RSA key of this many bits. */
export function rsaLine(bits: number): string {
  const { n = "", e = "" } = generateKeyPairSync("rsa", { modulusLength: bits }).publicKey.export({ format: "jwk" });
  return line("ssh-rsa", [number(e), number(n)]);
}

/** The same for ed25519, with as many zero bytes as key; a real one has 32. */
export function ed25519Line(bytes: number): string {
  return line("ssh-ed25519", [Buffer.alloc(bytes)]);
}

function line(type: string, fields: readonly Buffer[]): string {
  const bytes = Buffer.concat([Buffer.from(type), ...fields].map((field) => lengthPrefixed(field)));
  return `${type} ${bytes.toString("base64")} someone@somewhere`;
}

function lengthPrefixed(field: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(field.length);
  return Buffer.concat([length, field]);
}

/** A positive number of any size (RFC 4251 §5, mpint). */
function number(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(text, "base64url")]);
}
