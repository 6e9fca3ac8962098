import { factsOf, issueAll, pathsOf, read } from "@analyze/certs";
import type { Screen } from "./view.ts";

/** The certificate files, and the hostname that the edge's certificate is for. */
export interface Trust {
  host: string;
  ca: string;
  certificate: string;
  key: string;
  /** End of the edge's certificate. */
  until: Date | undefined;
}

/** Where `npm run certs` keeps its files, below the working directory. */
export const certificates = "certs/issued";

/** Issues the certificates that are missing. Throws a UserError when a person has to decide. */
export async function findTrust(screen: Screen): Promise<Trust> {
  const steps = await issueAll({ dir: certificates });
  if (steps.some(({ done }) => done === "issued")) screen.write(`Issued certificates in ${certificates}\n`);
  const leaf = read(certificates, "tls");
  const { certificate, key } = pathsOf(certificates, "tls");
  return {
    host: (leaf && factsOf(leaf).hosts?.[0]) ?? "localhost",
    ca: pathsOf(certificates, "ca").certificate,
    certificate,
    key,
    until: leaf && factsOf(leaf).notAfter,
  };
}
