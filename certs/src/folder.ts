import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credential } from "./authority.ts";
import { CertsError } from "./error.ts";

/** What a folder of certificates holds: `<name>.crt` and `<name>.key` of each. */
export type CredentialName = "ca" | "tls" | "clients-ca" | "client";

/** Where the two files of one credential are. */
export function pathsOf(dir: string, name: CredentialName): { certificate: string; key: string } {
  return { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

/** A certificate in PEM; its key is absent where it was taken away, as that of a CA should be. */
export type Stored = Pick<Credential, "certificate"> & Partial<Credential>;

/** What is stored under that name; undefined when there is no certificate. Throws a {@link CertsError} for what is no PEM. */
export function read(dir: string, name: CredentialName): Stored | undefined {
  const paths = pathsOf(dir, name);
  if (!existsSync(paths.certificate)) return undefined;
  const certificate = readPem(paths.certificate, (pem) => new X509Certificate(pem));
  return existsSync(paths.key) ? { certificate, key: readPem(paths.key, createPrivateKey) } : { certificate };
}

function readPem(path: string, parse: (pem: string) => unknown): string {
  const pem = readFileSync(path, "utf8");
  try {
    parse(pem);
    return pem;
  } catch {
    throw new CertsError(
      `${path} is damaged, or not PEM without a passphrase: put the right file there, or move it away`,
    );
  }
}

/**
 * Writes both files, each by rename, so that no reader finds half a file; the key is for its owner alone. Between the
 * two renames the pair does not match: who reads them must check, and read again.
 */
export function write(dir: string, name: CredentialName, { certificate, key }: Credential): void {
  mkdirSync(dir, { recursive: true });
  const paths = pathsOf(dir, name);
  replace(paths.key, key, 0o600);
  replace(paths.certificate, certificate, 0o644);
}

function replace(path: string, content: string, mode: number): void {
  const next = `${path}.${process.pid}.new`;
  writeFileSync(next, content, { mode });
  renameSync(next, path);
}
