import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAll, pathsOf } from "../../certs/src/index.ts";

/** A folder of `npm run certs`, made for one test. */
export interface Issued {
  dir: string;
  /** PEM of the CA. */
  ca: string;
  /** SHA-256 of the folder's current edge certificate. */
  fingerprint(): string;
  /** Renews the edge's certificate, by the same CA. */
  renew(): Promise<void>;
}

/** Issues a CA and the edge's certificate into a new temporary folder; `clients` adds those for mutual TLS. */
export async function issue(clients = false): Promise<Issued> {
  const dir = mkdtempSync(join(tmpdir(), "issued-"));
  await issueAll({ dir, clients });
  return {
    dir,
    ca: readFileSync(pathsOf(dir, "ca").certificate, "utf8"),
    fingerprint: () => new X509Certificate(readFileSync(pathsOf(dir, "tls").certificate)).fingerprint256,
    renew: async () => {
      await issueAll({ dir, clients, renew: true });
    },
  };
}
