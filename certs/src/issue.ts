import { join } from "node:path";
import { createAuthority, type Credential, issueClientLeaf, issueServerLeaf } from "./authority.ts";
import { CertsError } from "./error.ts";
import { type CredentialName, pathsOf, read, type Stored, write } from "./folder.ts";
import { isPermitted, parseHosts } from "./hosts.ts";
import { dateOf, factsOf, faultOf, isPair, missing } from "./inspect.ts";
import type { KeyKind } from "./keys.ts";

/** `localhost` and the address are for `npm start`, where client and server share a machine. */
export const defaultHosts = ["analyze.test", "localhost", "127.0.0.1"];

export interface IssueOptions {
  dir: string;
  /** Default: what the folder's certificates are for; in an empty folder {@link defaultHosts}. */
  hosts?: readonly string[] | undefined;
  /** Default: that of the leaf that is there; p256 for a first one. */
  keyKind?: KeyKind | undefined;
  /**
   * Replaces the leaf even when it is good. Its key stays: an edge that reads the two files one after the other then
   * finds a pair at every instant of a renewal. For another key, remove `tls.key` first.
   */
  renew?: boolean;
  /** Sees to the CA and the certificate for mutual TLS too. */
  clients?: boolean;
}

/** What became of one credential. */
export interface Step {
  name: CredentialName;
  done: "kept" | "issued";
  /** Why it was issued, as the rest of a sentence about it. */
  why?: string;
  until: Date;
}

/**
 * Sees to it that `dir` holds a CA (`ca.crt`, `ca.key`) and a good leaf by it for the edge (`tls.crt`, `tls.key`), and
 * issues only what is missing, wrong, or near its end. Throws a {@link CertsError} when that takes a decision.
 */
export async function issueAll(options: IssueOptions): Promise<Step[]> {
  const hosts = options.hosts && parseHosts(options.hosts);
  const steps = await issueServer({ ...options, hosts });
  return options.clients ? [...steps, ...(await issueClient(options))] : steps;
}

async function issueServer(options: IssueOptions): Promise<Step[]> {
  const { dir, hosts, keyKind, renew } = options;
  const [authority, first] = await authorityIn(dir, "ca", () =>
    createAuthority({ hosts: hosts ?? defaultHosts, ...(keyKind && { keyKind }) }),
  );
  const present = read(dir, "tls");
  const fault = faultOf(present, authority, { hosts, keyKind }) ?? (renew ? "was to be renewed" : undefined);
  if (fault === undefined && present) return [first, step("tls", present)];

  const permitted = factsOf(authority).hosts;
  const before = present && factsOf(present);
  const wanted = hosts ?? before?.hosts ?? permitted ?? defaultHosts;
  if (permitted) refuseOthers(wanted, permitted, dir);
  const kind = keyKind ?? before?.keyKind;
  const key = present && kind && kind === before?.keyKind && isPair(present) ? present.key : undefined;
  const signer = signerIn(dir, "ca", authority);
  const leaf = await issueServerLeaf(signer, { hosts: wanted, ...(kind && { keyKind: kind }), ...(key && { key }) });
  write(dir, "tls", leaf);
  return [first, step("tls", leaf, fault)];
}

async function issueClient({ dir, keyKind, renew }: IssueOptions): Promise<Step[]> {
  const kind = keyKind && { keyKind };
  const [authority, first] = await authorityIn(dir, "clients-ca", () => createAuthority({ ...kind }));
  const present = read(dir, "client");
  const fault = faultOf(present, authority, { keyKind }) ?? (renew ? "was to be renewed" : undefined);
  if (fault === undefined && present) return [first, step("client", present)];

  const signer = signerIn(dir, "clients-ca", authority);
  const leaf = await issueClientLeaf(signer, { commonName: "analyze client", ...kind });
  write(dir, "client", leaf);
  return [first, step("client", leaf, fault)];
}

type AuthorityName = "ca" | "clients-ca";

async function authorityIn(
  dir: string,
  name: AuthorityName,
  create: () => Promise<Credential>,
): Promise<[Stored, Step]> {
  const present = read(dir, name);
  if (present) {
    const { notAfter, daysLeft } = factsOf(present);
    if (daysLeft >= 0) return [present, step(name, present)];
    throw new CertsError(
      `the CA ${pathsOf(dir, name).certificate} ended on ${dateOf(notAfter)}: move ${dir} away, run this again, and ` +
        "hand the new file to everyone who trusted the old one",
    );
  }
  const authority = await create();
  write(dir, name, authority);
  return [authority, step(name, authority, missing)];
}

function signerIn(dir: string, name: AuthorityName, { certificate, key }: Stored): Credential {
  if (key !== undefined) return { certificate, key };
  throw new CertsError(
    `a certificate has to be issued, and the CA's key ${join(dir, `${name}.key`)} is not here: put it back for that ` +
      "moment, or run this where it is kept",
  );
}

function refuseOthers(hosts: readonly string[], permitted: readonly string[], dir: string): void {
  const others = hosts.filter((host) => !isPermitted(host, permitted));
  if (others.length === 0) return;
  throw new CertsError(
    `the CA in ${dir} may vouch for ${permitted.join(", ")} only, and clients would refuse ${others.join(", ")}: issue ` +
      "into another folder with --dir, or move this one away and hand the new ca.crt to every client",
  );
}

function step(name: CredentialName, stored: Stored, why?: string): Step {
  const until = factsOf(stored).notAfter;
  return why === undefined ? { name, done: "kept", until } : { name, done: "issued", why, until };
}
