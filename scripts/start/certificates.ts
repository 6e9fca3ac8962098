import { setTimeout as delay } from "node:timers/promises";
import { dateOf, factsOf, issueAll, pathsOf, read, warningsOf, type Step } from "@analyze/certs";
import { UserError } from "@analyze/common/errors";
import type { Output } from "./config.ts";

/** The certificate files, and the hostname of the edge's certificate. */
export interface Trust {
  host: string;
  ca: string;
  certificate: string;
  key: string;
  /** Expiry of the edge's certificate. */
  until: Date | undefined;
}

/** Where `npm run certs` keeps its files, below the working directory. */
export const certificates = "certs/issued";

/** Issues missing certificates. Throws a UserError if a person must decide. */
export async function findTrust(output: Output): Promise<Trust> {
  const steps = await issueAll({ dir: certificates });
  if (steps.some(({ done }) => done === "issued")) output.write(`Issued certificates in ${certificates}\n`);
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

/**
 * Issues what is due in `dir` after each `everyMs`, until `signal` aborts: leaves in their last 30 days, and the steps of
 * a CA's replacement. Web and client follow the files. Shows what it did, each new warning once, and tries again after a
 * fault.
 */
export async function renewEvery(dir: string, everyMs: number, output: Output, signal: AbortSignal): Promise<void> {
  const shown = new Set<string>();
  for (;;) {
    for (const warning of warningsOf(dir)) {
      if (!shown.has(warning)) output.write(`${warning}\n`);
      shown.add(warning);
    }
    try {
      await delay(everyMs, undefined, { signal });
    } catch {
      return;
    }
    await renew(dir, output);
  }
}

async function renew(dir: string, output: Output): Promise<void> {
  try {
    const issued = (await issueAll({ dir })).filter(({ done }) => done === "issued");
    if (issued.length > 0) output.write(`Renewed: ${issued.map(nameOf).join(", ")}, without a restart\n`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    output.write(`Not renewed: ${error.message}\n`);
  }
}

function nameOf({ name, until }: Step): string {
  return `${name}.crt (valid until ${dateOf(until)})`;
}
