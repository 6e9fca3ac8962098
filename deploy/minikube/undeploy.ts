import type { Cluster } from "../cluster/cluster.ts";
import { failure } from "../run.ts";
import { restoreControllers } from "../cluster/controller.ts";
import { ingress } from "../cluster/objects.ts";
import type { Options } from "./options.ts";
import { releaseName } from "./release.ts";
import { step } from "../progress.ts";
import { names, ours } from "./trust.ts";

/** helm leaves the volumes of a StatefulSet. */
const volumes = ["data-redis-0", "data-mongodb-0", "backup-mongodb-0"].map((name) => `persistentvolumeclaim/${name}`);

async function deleteTrust(cluster: Cluster, namespace: string): Promise<string> {
  const [[key, value] = ["", ""]] = Object.entries(ours);
  const path = `jsonpath={.metadata.name} {.metadata.labels.${key.replaceAll(".", "\\.")}}`;
  const [found, label] = (await cluster.find("namespace", namespace, "-o", path)).split(" ");
  if (!found) return "was not there";
  if (label === value) {
    await cluster.read("delete", "namespace", namespace, "--timeout=120s");
    return "deleted";
  }
  const { ca, ...secrets } = names;
  const objects = [...Object.values(secrets).map((name) => `secret/${name}`), `configmap/${ca}`, ...volumes];
  await cluster.read("-n", namespace, "delete", "--ignore-not-found", ...objects);
  return "kept: it existed before; deleted its Secrets, CA, tasks and documents";
}

/** Reverts the controller's patch, unless an Ingress of a release in another namespace needs it. Resolves with what was done. */
async function releaseController(cluster: Cluster): Promise<string> {
  const all = await cluster.list(ingress, "ingresses", "-A", "-l", "app.kubernetes.io/name=analyze");
  const users = [...new Set(all.map(({ metadata }) => metadata.namespace))];
  if (users.length > 0) return `settings kept: namespace ${users.join(", ")} needs them`;
  return (await restoreControllers(cluster)) ? "settings restored" : "was not patched";
}

/** Removes everything that `deploy` created in the cluster. */
export async function undeploy(cluster: Cluster, { namespace, certificates }: Options): Promise<void> {
  await step("Helm release", async () => {
    const args = ["--namespace", namespace, "--ignore-not-found", "--wait", "--timeout", "120s"];
    const { code, stderr } = await cluster.helm(["uninstall", releaseName, ...args]);
    if (code !== 0) throw failure(`helm could not uninstall ${releaseName}:\n  ${stderr.trim()}`);
  });
  await step(
    `Namespace ${namespace}`,
    () => deleteTrust(cluster, namespace),
    (done) => done,
  );
  await step(
    "Ingress controller",
    () => releaseController(cluster),
    (done) => done,
  );
  process.stdout.write(`Kept: ${certificates}, and the images in Docker and on the nodes.\n`);
}
