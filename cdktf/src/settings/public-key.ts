import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { errorCode } from "@analyze/common/errors";

export interface KeyPairFiles {
  /** `type base64`, without the comment. */
  readonly publicKey: string;
  readonly privateKeyFile: string;
}

/** Reads the SSH public key that ANALYZE_SSH_PUBLIC_KEY_FILE names, or one of the usual two. Null after a fault was added. */
export function publicKeyFrom(given: string | undefined, faults: string[]): KeyPairFiles | null {
  const places =
    given === undefined ? ["id_ed25519.pub", "id_rsa.pub"].map((n) => join(homedir(), ".ssh", n)) : [given];
  for (const place of places) {
    const file = read(place);
    if (file === null) continue;
    const fault = file.fault ?? keyFault(file.text);
    // The comment often has a person's name and machine: AWS does not get it, and its change keeps the host.
    if (fault === null) {
      return { publicKey: file.text.split(" ").slice(0, 2).join(" "), privateKeyFile: place.replace(/\.pub$/, "") };
    }
    faults.push(`${place} ${fault}`);
    return null;
  }
  faults.push(
    `no public key at ${places.join(" or ")}: make one with \`ssh-keygen -t ed25519\`, ` +
      "or name yours in ANALYZE_SSH_PUBLIC_KEY_FILE",
  );
  return null;
}

const notAKey = "is not an OpenSSH public key of type ed25519 or RSA, the two that EC2 takes";
const cutShort = "is cut short";

function keyFault(line: string): string | null {
  if (line.startsWith("-----BEGIN")) return "is a private key: name its public half, the file that ends with .pub";
  const [, type, base64 = ""] = /^(ssh-ed25519|ssh-rsa) ([A-Za-z0-9+/=]+)( .*)?$/.exec(line) ?? [];
  if (type === undefined) return notAKey;
  const bytes = Buffer.from(base64, "base64");
  const fields = wireFields(bytes);
  if (fields?.[0]?.toString("latin1") !== type) return notAKey;
  // Node decodes base64 without its padding; EC2 and OpenSSH do not.
  if (bytes.toString("base64") !== base64) return cutShort;
  if (type === "ssh-ed25519") return fields.length === 2 && fields[1]?.length === 32 ? null : cutShort;
  const bits = bitLength(fields[2]);
  if (fields.length !== 3 || bits === 0) return cutShort;
  return bits < 2048
    ? `is an RSA key of ${bits} bits; EC2 needs 2048 or more: \`ssh-keygen -t ed25519\` makes a new key`
    : null;
}

/** The length-prefixed fields of a key (RFC 4253 §6.6). Null where the bytes do not add up. */
function wireFields(bytes: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 > bytes.length ? Infinity : at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function bitLength(number: Buffer | undefined): number {
  const hex = (number?.toString("hex") ?? "").replace(/^0+/, "");
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length;
}

/** The text of a file, or why it cannot be read; null: there is no such file. */
function read(file: string): { readonly text: string; readonly fault?: string } | null {
  try {
    return { text: readFileSync(file, "utf8").trim() };
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" ? null : { text: "", fault: `cannot be read (${code ?? "unknown error"})` };
  }
}
