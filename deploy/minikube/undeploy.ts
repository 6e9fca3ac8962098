import type { Cluster } from "../cluster/cluster.ts";
import { must, type Run } from "../run.ts";
import { restoreController } from "../cluster/controller.ts";
import type { Options } from "./options.ts";
import { releaseName } from "./release.ts";
import { step } from "../step.ts";
import { names, ours } from "./trust.ts";

async function deleteTrust(cluster: Cluster, namespace: string): Promise<string> {
  const [[key, value] = ["", ""]] = Object.entries(ours);
  const path = `jsonpath={.metadata.labels.${key.replaceAll(".", "\\.")}}`;
  const label = await cluster.kubectl("get", "namespace", namespace, "-o", path);
  if (label.code !== 0) return "was not there";
  if (label.stdout === value) {
    await cluster.read("delete", "namespace", namespace, "--timeout=120s");
    return "deleted";
  }
  const secrets = [names.tls, names.clients, names.client].map((name) => `secret/${name}`);
  const objects = [...secrets, `configmap/${names.ca}`];
  await cluster.read("-n", namespace, "delete", "--ignore-not-found", ...objects);
  return "kept, it was there before; Secret and CA deleted from it";
}

/** Takes everything out of the cluster that `deploy` put there. */
export async function undeploy(run: Run, cluster: Cluster, { namespace, certificates }: Options): Promise<void> {
  const where = ["--namespace", namespace, "--kube-context", cluster.context];
  const patiently = ["--ignore-not-found", "--wait", "--timeout", "120s"];
  await step("Release", () => must(run, "helm", ["uninstall", releaseName, ...where, ...patiently]));
  await step(
    `Namespace ${namespace}`,
    () => deleteTrust(cluster, namespace),
    (done) => done,
  );
  await step(
    "Ingress controller",
    () => restoreController(cluster),
    (done) => (done ? "patch taken back" : "was not patched"),
  );
  process.stdout.write(
    `The cluster is as before. Kept on this machine: ${certificates}, the images in Docker and in the nodes.\n`,
  );
}
