import { dateOf, warningsOf } from "@analyze/certs";
import type { Cluster } from "../cluster/cluster.ts";
import { failure } from "../run.ts";
import { edgeFrom, type Options } from "./options.ts";
import { candidates, findEdge, handshake } from "./reach.ts";
import { deployedEdge } from "./installed.ts";
import { step } from "../progress.ts";
import { applyTrust, issue, leafFingerprint, trustedCa } from "./trust.ts";

const limitMs = 120_000;

/**
 * Issues a new leaf (with `due` only if due, including the steps of a CA's replacement), replaces the Secret in place,
 * and waits until the edge serves it. Drops no request.
 */
export async function renew(cluster: Cluster, options: Options): Promise<void> {
  const kind = edgeFrom(await deployedEdge(cluster, options.namespace));
  const ca = trustedCa(options);
  const edge = await findEdge(await candidates(cluster, { ...options, edge: kind }), options.host, ca, 2000);
  if (!("address" in edge))
    throw failure(`The edge was not reached before the change:\n  ${edge.reasons.join("\n  ")}`);
  await step(
    options.due ? "What is due" : "New leaf from the same CA",
    () => issue(options, !options.due),
    (steps) => steps.map(({ name, done, until }) => `${name} ${done}, valid until ${dateOf(until)}`).join("; "),
  );
  await step("Secret, in place", () => applyTrust(cluster, options));
  const wanted = leafFingerprint(options);
  await step(`Waiting until ${edge.address} serves it`, async () => {
    const end = Date.now() + limitMs;
    for (;;) {
      const seen = await handshake(edge.address, options.host, ca);
      if (seen.verified && seen.fingerprint === wanted) return;
      if (Date.now() > end) throw failure(`after ${limitMs / 1000} s the edge still serves another certificate`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  process.stdout.write(`SHA-256 ${wanted}\n`);
  for (const warning of warningsOf(options.certificates)) process.stdout.write(`${warning}\n`);
}
