import { nameSetting } from "@analyze/common/settings";
import { blockOf, hasHostBits, isWorld, parseCidr } from "./cidr.ts";
import { type KeyPairFiles, publicKeyFrom } from "./public-key.ts";

/** Access to the host: SSH from one CIDR with the person's key, or Session Manager without an open port. */
export type Access = ({ readonly kind: "ssh"; readonly cidr: string } & KeyPairFiles) | { readonly kind: "ssm" };

/** Reads ANALYZE_ACCESS, ANALYZE_SSH_CIDR and ANALYZE_SSH_PUBLIC_KEY_FILE; null after at least one fault was added. */
export function accessFrom(env: NodeJS.ProcessEnv, faults: string[]): Access | null {
  const kind = env["ANALYZE_ACCESS"] ?? "ssh";
  if (kind === "ssm") return { kind };
  if (kind !== "ssh") {
    faults.push(`${nameSetting("ANALYZE_ACCESS", kind)} must be ssh or ssm`);
    return null;
  }
  const cidr = sshCidr(env["ANALYZE_SSH_CIDR"], faults);
  const key = publicKeyFrom(env["ANALYZE_SSH_PUBLIC_KEY_FILE"], faults);
  return cidr === null || key === null ? null : { kind, cidr, ...key };
}

function sshCidr(value: string | undefined, faults: string[]): string | null {
  if (value === undefined) {
    faults.push(
      "ANALYZE_SSH_CIDR is not set, and there is no default: give your address (203.0.113.7/32), " +
        "or run `npm run deploy -- --my-ip` to use the address that you come from, or set ANALYZE_ACCESS=ssm for no open port",
    );
    return null;
  }
  return callerCidr("ANALYZE_SSH_CIDR", value, faults);
}

/** An IPv4 CIDR of callers that a person gave: a network of /8 or narrower. Null after a fault was added. */
export function callerCidr(name: string, value: string, faults: string[]): string | null {
  const cidr = parseCidr(value);
  const fault = cidr?.family === 4 ? (isWorld([cidr]) ? notNarrow : hostBitsFault(value)) : notNarrow;
  if (fault === null) return value;
  faults.push(`${nameSetting(name, value)} ${fault}`);
  return null;
}

const notNarrow = "must be an IPv4 CIDR of /8 or narrower, like 203.0.113.7/32";

/** Why AWS would reject a CIDR; null: it accepts it. */
export function hostBitsFault(value: string): string | null {
  const cidr = parseCidr(value);
  if (cidr === null || cidr.family !== 4) return "must be an IPv4 CIDR, like 203.0.113.0/24";
  if (!hasHostBits(cidr)) return null;
  return `has host bits: write ${blockOf(cidr)} for the network or ${value.split("/")[0]}/32 for the one address`;
}
