import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credential } from "./authority.ts";

/** What a folder of certificates holds: `<name>.crt` and `<name>.key` of each. */
export type CredentialName = "ca" | "tls" | "clients-ca" | "client";

/** Where the two files of one credential are. */
export function pathsOf(dir: string, name: CredentialName): { certificate: string; key: string } {
  return { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

/** A certificate in PEM; its key is absent where it was taken away, as that of a CA should be. */
export type Stored = Pick<Credential, "certificate"> & Partial<Credential>;

/** What is stored under that name; undefined when there is no certificate. */
export function read(dir: string, name: CredentialName): Stored | undefined {
  const paths = pathsOf(dir, name);
  if (!existsSync(paths.certificate)) return undefined;
  const certificate = readFileSync(paths.certificate, "utf8");
  return existsSync(paths.key) ? { certificate, key: readFileSync(paths.key, "utf8") } : { certificate };
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
