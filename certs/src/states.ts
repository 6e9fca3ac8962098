import { UserError } from "@analyze/common/errors";
import type { Credential } from "./authority.ts";
import { certsCommand } from "./command.ts";
import { type AuthorityName, type LeafName, pathsOf, readParts, type Stored } from "./folder.ts";
import { dateOf, factsOf, isIssuedBy, isPair } from "./inspect.ts";

/*
 * The accepted states of a folder, and those that need a person's decision: a CA's private key cannot be recreated,
 * and neither can a pair that somebody else issued. states.test.ts has the table.
 */

function refuse(message: string): never {
  throw new UserError(message, { exitCode: 1 });
}

/** The CA of this name; undefined if neither of its files exists. Throws a {@link UserError} for any other state. */
export function readAuthority(dir: string, name: AuthorityName): Stored | undefined {
  const paths = pathsOf(dir, name);
  const { certificate, key } = readParts(dir, name);
  if (certificate === undefined) {
    if (key === undefined) return undefined;
    refuse(
      `${paths.key} is there, but ${paths.certificate} is not. Put the certificate back (each client that trusts it has a ` +
        "copy), or move the key away to issue a new CA. Nothing was changed.",
    );
  }
  const { isAuthority, forServers, forClients } = factsOf({ certificate });
  if (!isAuthority) {
    refuse(`${paths.certificate} is not a CA's certificate. Put the CA's certificate there. Nothing was changed.`);
  }
  if (name === "clients-ca" ? !forClients : !forServers) {
    const use = name === "clients-ca" ? "clients" : "servers";
    refuse(`${paths.certificate} is a CA that cannot issue for ${use}. Put the correct CA there. Nothing was changed.`);
  }
  if (key !== undefined && !isPair(certificate, key)) {
    refuse(
      `${paths.key} is not the key of ${paths.certificate}. Put the correct key there, or move this one away: without a key, the certificates ` +
        "stay in use until they expire. Nothing was changed.",
    );
  }
  return key === undefined ? { certificate } : { certificate, key };
}

/** Throws a {@link UserError} if the CA has expired or is not valid yet: every client refuses its certificates. */
export function requireValid(dir: string, name: AuthorityName, authority: Stored, now: Date): void {
  const { notBefore, notAfter } = factsOf(authority);
  const path = pathsOf(dir, name).certificate;
  if (notBefore > now) refuse(`the CA ${path} ${notYetValid(dir, name, notBefore)}`);
  if (notAfter > now) return;
  const next =
    name === "ca"
      ? `Replace it: "${certsCommand(dir, "--replace-ca")}". Then give the new ca.crt to every client.`
      : renewClients(name);
  refuse(`the CA ${path} expired on ${dateOf(notAfter)}. ${next}`);
}

/** What to do about a CA that is not valid yet, as the predicate of a sentence about it. */
export function notYetValid(dir: string, name: AuthorityName, notBefore: Date): string {
  const replace = `replace it with "${certsCommand(dir, "--replace-ca", "--overlap 0")}", and give ca.crt to every client.`;
  return (
    `is valid only from ${dateOf(notBefore)}, and clients refuse it until then. Check this machine's clock. If it is right, ` +
    `the clock was wrong when the CA was created: ${name === "ca" ? replace : renewClients(name)}`
  );
}

function renewClients(name: AuthorityName): string {
  return `Move ${name}.crt, ${name}.key, client.crt and client.key away, and run this again.`;
}

/** The existing files of a leaf. Throws a {@link UserError} if `authority` did not issue it, or if they are no pair. */
export function readLeaf(dir: string, name: LeafName, authority: Stored | undefined): Partial<Credential> {
  const paths = pathsOf(dir, name);
  const { certificate, key } = readParts(dir, name);
  const away = `Move ${paths.certificate} and ${paths.key} away to issue a new pair. Nothing was changed.`;
  if (certificate === undefined) return key === undefined ? {} : { key };
  if (factsOf({ certificate }).isAuthority) refuse(`${paths.certificate} is a CA's certificate. ${away}`);
  if (authority === undefined) {
    refuse(`${paths.certificate} is there, but its CA is not. Put the CA's files back. Or: ${away}`);
  }
  if (!isIssuedBy(certificate, authority.certificate)) {
    refuse(
      `${paths.certificate} was not issued by the CA in ${dir}. If that CA is the wrong one, restore the correct files. Or: ${away}`,
    );
  }
  if (key !== undefined && !isPair(certificate, key)) {
    refuse(`${paths.key} is not the key of ${paths.certificate}. Put the correct key there. Or: ${away}`);
  }
  return key === undefined ? { certificate } : { certificate, key };
}
