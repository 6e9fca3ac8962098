import type { Cluster } from "../cluster/cluster.ts";
import { DeployError, type Run } from "../run.ts";
import type { Options } from "./options.ts";
import { candidates, findEdge, handshake } from "./reach.ts";
import { step } from "../step.ts";
import { applyTrust, issue, leafFingerprint, trustedCa } from "./trust.ts";

const limitMs = 120_000;

/** Issues a new leaf, replaces the Secret in place, and waits until the edge serves it. Drops no request. */
export async function renew(_run: Run, cluster: Cluster, options: Options): Promise<void> {
  const ca = trustedCa(options);
  const edge = await findEdge(await candidates(cluster, options), options.host, ca, 2000);
  if (!("address" in edge))
    throw new DeployError(`The edge was not reached before the change:\n  ${edge.reasons.join("\n  ")}`);
  await step("New leaf from the same CA", () => issue(options, true));
  await step("Secret, in place", () => applyTrust(cluster, options));
  const wanted = leafFingerprint(options);
  await step(`Waiting until ${edge.address} serves it`, async () => {
    const end = Date.now() + limitMs;
    for (;;) {
      const seen = await handshake(edge.address, options.host, ca);
      if (seen.verified && seen.fingerprint === wanted) return;
      if (Date.now() > end)
        throw new DeployError(`after ${limitMs / 1000} s the edge still serves another certificate`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  process.stdout.write(`SHA-256 ${wanted}\n`);
}
