import type { Kubernetes } from "../../../deploy/cluster/cluster.ts";
import { historyOf } from "../../../deploy/cluster/history.ts";
import { failure } from "../../../deploy/run.ts";

const name = "analyze";

/** The running revision before an upgrade; null: none. */
export async function runningRevision(cluster: Kubernetes, namespace: string): Promise<number | null> {
  const history = await historyOf(cluster, name, namespace);
  return history.findLast(({ status }) => status === "deployed")?.revision ?? null;
}

/**
 * Sends one verified POST through the edge, from a pod (`helm test`). If it fails, rolls back to revision `before`
 * (null: a first installation, which is kept) and rejects with a UserError.
 */
export async function verify(cluster: Kubernetes, namespace: string, before: number | null): Promise<void> {
  const share = { share: ["stdout", "stderr"] } as const;
  const { code } = await cluster.helm(["test", name, "--namespace", namespace, "--logs", "--timeout", "3m"], share);
  if (code === 0) return;
  const what = "The edge did not answer the verified POST";
  if (before === null) throw failure(`${what}. There is no earlier revision to go back to.`);
  const args = ["rollback", name, String(before), "--namespace", namespace, "--wait", "--timeout", "15m"];
  const back = await cluster.helm(args, share);
  if (back.code !== 0)
    throw failure(`${what}, and helm could not go back to revision ${before}: see its message above.`);
  throw failure(`${what}: revision ${before} runs again.`);
}
