import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { step } from "../progress.ts";
import { run } from "../run.ts";

/**
 * Resolves when no helm on this machine changes the release in the namespace. One outlives a command that got SIGKILL, and would still
 * write its objects and its revision after a recovery. Helm's own time limit ends it. Without pgrep (Windows), resolves at once.
 */
export async function outliveHelm({ context }: Pick<Cluster, "context">, namespace: string): Promise<void> {
  const at = `--namespace ${namespace} .*--kube-context ${context.replaceAll(/[^\w-]/g, ".")}`;
  const isRunning = async (): Promise<boolean> =>
    (await run("pgrep", ["-f", `helm (upgrade|rollback|uninstall) .*${at}( |$)`])).code === 0;
  if (!(await isRunning())) return;
  await step("Another helm works on this release: waiting for its end", async () => {
    while (await isRunning()) await delay(500);
  });
}
