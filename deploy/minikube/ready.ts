import type { Cluster } from "../cluster/cluster.ts";
import { failure } from "../run.ts";
import type { Options } from "./options.ts";

const workloads = ["deployments,statefulsets", "-l", "app.kubernetes.io/instance=analyze"];

/**
 * Resolves when every pod of an unchanged release is ready, as helm waits for those of a changed one: one that runs may answer the POST
 * in place of one that cannot start. Rejects with a UserError that quotes kubectl.
 */
export async function untilReady(cluster: Cluster, { namespace, timeout }: Options): Promise<void> {
  const at = ["-n", namespace];
  const { code, stderr } = await cluster.kubectl(...at, "rollout", "status", ...workloads, `--timeout=${timeout}`);
  if (code === 0) return;
  const pods = await cluster.read(...at, "get", "pods");
  throw failure(
    `The release is as it should be, but its pods are not ready: ${stderr.trim()}
${pods.replaceAll(/^/gm, "  ").trimEnd()}
Why, at the end of: kubectl -n ${namespace} describe pods`,
  );
}
