import type { Cluster } from "./cluster.ts";
import {
  configMapShape,
  controllerPatches,
  deploymentShape,
  place,
  previousKey,
  type Controller,
} from "./controller-findings.ts";

/** Reads the controller; undefined when it is not where it is expected to be. */
export async function readController(cluster: Cluster): Promise<Controller | undefined> {
  const get = ["get", "-n", place.namespace, "-o", "json"];
  const deployed = await cluster.kubectl(...get, `deployment/${place.deployment}`);
  if (deployed.code !== 0) return undefined;
  const parsed = deploymentShape.parse(JSON.parse(deployed.stdout));
  const argument = parsed.spec.template.spec.containers[0]?.args.find((one) => one.startsWith("--configmap="));
  const name = argument?.split("/").at(-1) ?? place.deployment;
  const config = await cluster.kubectl(...get, `configmap/${name}`);
  const none = { metadata: { name, annotations: {} }, data: {} };
  return { deployment: parsed, configMap: config.code === 0 ? configMapShape.parse(JSON.parse(config.stdout)) : none };
}

const patch = (kind: string, name: string, change: object): string[] => {
  return ["-n", place.namespace, "patch", kind, name, "--type=merge", "-p", JSON.stringify(change)];
};

/** Mends the controller; resolves when it runs as patched. */
export async function patchController(cluster: Cluster, controller: Controller): Promise<void> {
  const patches = controllerPatches(controller);
  await cluster.read(...patch("configmap", controller.configMap.metadata.name, patches.configMap));
  if (patches.deployment) await cluster.read(...patch("deployment", place.deployment, patches.deployment));
  await cluster.read("-n", place.namespace, "rollout", "status", `deployment/${place.deployment}`, "--timeout=120s");
}

/** Takes back what {@link patchController} did. Returns whether there was something to take back. */
export async function restoreController(cluster: Cluster): Promise<boolean> {
  const controller = await readController(cluster);
  const previous = controller?.configMap.metadata.annotations[previousKey];
  if (!controller || previous === undefined) return false;
  const annotations = { [previousKey]: null };
  const data: unknown = JSON.parse(previous);
  await cluster.read(...patch("configmap", controller.configMap.metadata.name, { metadata: { annotations }, data }));
  const graceBefore = await cluster.read(
    "-n",
    place.namespace,
    "get",
    `deployment/${place.deployment}`,
    "-o=jsonpath={.metadata.annotations.analyze\\.test/previous}",
  );
  if (graceBefore === "") return true;
  const spec = { template: { spec: { terminationGracePeriodSeconds: Number(graceBefore) } } };
  await cluster.read(...patch("deployment", place.deployment, { metadata: { annotations }, spec }));
  return true;
}
