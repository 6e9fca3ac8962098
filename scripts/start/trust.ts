import { factsOf, issueAll, pathsOf, read } from "@analyze/certs";
import type { Screen } from "./view.ts";

/** The certificate files, and the hostname that the edge's certificate is for. */
export interface Trust {
  host: string;
  ca: string;
  certificate: string;
  key: string;
}

const dir = "certs/issued";

/** Issues what certificates are missing. Throws a UserError when that takes a person's decision. */
export async function findTrust(screen: Screen): Promise<Trust> {
  const steps = await issueAll({ dir });
  if (steps.some(({ done }) => done === "issued")) screen.write(`Issued certificates in ${dir}\n`);
  const leaf = read(dir, "tls");
  const { certificate, key } = pathsOf(dir, "tls");
  return {
    host: (leaf && factsOf(leaf).hosts?.[0]) ?? "localhost",
    ca: pathsOf(dir, "ca").certificate,
    certificate,
    key,
  };
}
