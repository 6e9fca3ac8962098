import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isIPv4 } from "node:net";
import { join } from "node:path";

/** The way into the host: SSH from one CIDR with one's own key, or Session Manager without an open port. */
export type Access =
  | { readonly kind: "ssh"; readonly cidr: string; readonly publicKey: string; readonly privateKeyFile: string }
  | { readonly kind: "ssm" };

/** Reads ANALYZE_ACCESS, ANALYZE_SSH_CIDR and ANALYZE_SSH_PUBLIC_KEY_FILE; null after at least one fault was added. */
export function accessFrom(env: NodeJS.ProcessEnv, faults: string[]): Access | null {
  const kind = env["ANALYZE_ACCESS"] ?? "ssh";
  if (kind === "ssm") return { kind };
  if (kind !== "ssh") {
    faults.push(`ANALYZE_ACCESS=${JSON.stringify(kind)}: must be ssh or ssm`);
    return null;
  }
  const cidr = sshCidr(env["ANALYZE_SSH_CIDR"], faults);
  const key = publicKey(env["ANALYZE_SSH_PUBLIC_KEY_FILE"], faults);
  return cidr === null || key === null ? null : { kind, cidr, ...key };
}

function sshCidr(value: string | undefined, faults: string[]): string | null {
  if (value === undefined) {
    faults.push(
      "ANALYZE_SSH_CIDR is not set, and who may open SSH is not guessed: give your address (203.0.113.7/32), " +
        "or `npm run deploy -- --my-ip` to use the one that you come from, or ANALYZE_ACCESS=ssm for no open port",
    );
    return null;
  }
  const [address = "", bits = ""] = value.split("/");
  const tooWide = Number(bits) < 8 && address !== "0.0.0.0";
  if (isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && !tooWide) return value;
  faults.push(`ANALYZE_SSH_CIDR=${JSON.stringify(value)}: must be an IPv4 CIDR of /8 or narrower, like 203.0.113.7/32`);
  return null;
}

const keyTypes = /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$/;

function publicKey(given: string | undefined, faults: string[]): { publicKey: string; privateKeyFile: string } | null {
  const places =
    given === undefined ? ["id_ed25519.pub", "id_rsa.pub"].map((n) => join(homedir(), ".ssh", n)) : [given];
  for (const place of places) {
    const line = readLine(place);
    if (line === null) continue;
    if (keyTypes.test(line)) return { publicKey: withoutComment(line), privateKeyFile: place.replace(/\.pub$/, "") };
    faults.push(`${place} is not an OpenSSH public key of type ed25519 or RSA, the two that EC2 takes`);
    return null;
  }
  faults.push(
    `no public key at ${places.join(" or ")}: make one with \`ssh-keygen -t ed25519\`, ` +
      "or name yours in ANALYZE_SSH_PUBLIC_KEY_FILE",
  );
  return null;
}

function readLine(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

/** The comment is often a person's name and machine: AWS need not know, and a change of it must not change the host. */
function withoutComment(line: string): string {
  return line.split(" ").slice(0, 2).join(" ");
}
