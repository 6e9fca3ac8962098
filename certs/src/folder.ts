import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode, UserError } from "@analyze/common/errors";
import type { Credential } from "./authority.ts";
import { commitFolder } from "./transaction.ts";

/** The CAs of a folder; `-next` will replace `ca`, `-old` was replaced. */
export type AuthorityName = "ca" | "ca-next" | "ca-old" | "clients-ca";
export type LeafName = "tls" | "client";
/** The credentials of a folder: `<name>.crt` and `<name>.key` of each. */
export type CredentialName = AuthorityName | LeafName;

/** The paths of a credential's two files. */
export function pathsOf(dir: string, name: CredentialName): { certificate: string; key: string } {
  return { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

/**
 * A certificate in PEM. Its key is absent if it is kept elsewhere, as recommended for a CA's key. A CA's file can hold more
 * certificates that clients trust; the first one is the CA that signs.
 */
export type Stored = Pick<Credential, "certificate"> & Partial<Credential>;

/** The existing files of one credential. Throws a {@link UserError} for one that is not PEM or unreadable. */
export function readParts(dir: string, name: CredentialName): Partial<Credential> {
  const paths = pathsOf(dir, name);
  const certificate = readPem(dir, paths.certificate, (pem) => new X509Certificate(pem));
  const key = readPem(dir, paths.key, createPrivateKey);
  return { ...(certificate !== undefined && { certificate }), ...(key !== undefined && { key }) };
}

/** The credential with this name; undefined without a certificate. Throws like {@link readParts}. */
export function read(dir: string, name: CredentialName): Stored | undefined {
  const { certificate, key } = readParts(dir, name);
  if (certificate === undefined) return undefined;
  return key === undefined ? { certificate } : { certificate, key };
}

/** Throws a {@link UserError} if `dir`, or a part of its path, exists and is not a folder. */
export function requireFolder(dir: string): void {
  if (isFolder(dir)) return;
  throw new UserError(`${dir} is not a folder: give the folder of the certificates, such as certs/issued`);
}

function isFolder(dir: string): boolean {
  try {
    return statSync(dir).isDirectory();
  } catch (error) {
    return errorCode(error) !== "ENOTDIR";
  }
}

/** A text file of the folder; undefined if it does not exist. A set that is complete but not in place counts as written. */
export function readText(dir: string, name: string): string | undefined {
  const committed = join(dir, commitFolder, name);
  const path = existsSync(committed) ? committed : join(dir, name);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") return undefined;
    throw new UserError(`cannot read ${path} (${code ?? "unknown error"}): check its type and permissions`, {
      exitCode: 1,
      cause: error,
    });
  }
}

function readPem(dir: string, path: string, parse: (pem: string) => unknown): string | undefined {
  const pem = readText(dir, path.slice(dir.length + 1));
  if (pem === undefined) return undefined;
  try {
    parse(pem);
    return pem;
  } catch {
    throw new UserError(
      `${path} is damaged, or not PEM without a passphrase: restore the correct file, or move this one away`,
      { exitCode: 1 },
    );
  }
}
