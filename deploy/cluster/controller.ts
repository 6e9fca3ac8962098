import { z } from "zod";
import type { Kubernetes } from "./cluster.ts";
import { controllerPatches, previousKey, type Controller } from "./controller-findings.ts";
import { configMap, deployment, type Deployment } from "./objects.ts";

/** The ingress-nginx controllers of the cluster, by their label; minikube, kind and the project's own chart set it. */
export async function readControllers(cluster: Kubernetes): Promise<Controller[]> {
  const found = await cluster.list(deployment, "deployments", "-A", "-l", "app.kubernetes.io/name=ingress-nginx");
  return Promise.all(found.map(async (one) => ({ deployment: one, configMap: await configMapOf(cluster, one) })));
}

async function configMapOf(cluster: Kubernetes, { metadata, spec }: Deployment): Promise<Controller["configMap"]> {
  const argument = spec.template.spec.containers[0]?.args.find((one) => one.startsWith("--configmap="));
  const name = argument?.split("/").at(-1) ?? metadata.name;
  const selector = `--field-selector=metadata.name=${name}`;
  const [found] = await cluster.list(configMap, "configmaps", "-n", metadata.namespace, selector);
  return found ?? configMap.parse({ metadata: { name, namespace: metadata.namespace } });
}

function patch(kind: string, { name, namespace }: Deployment["metadata"], change: object): string[] {
  return ["-n", namespace, "patch", kind, name, "--type=merge", "-p", JSON.stringify(change)];
}

/** Corrects the controller's settings. Resolves with their names when it runs with them; none: it already did. */
export async function patchController(cluster: Kubernetes, controller: Controller): Promise<string[]> {
  const { configMap: map, deployment: own } = controllerPatches(controller);
  const changed = [...Object.keys(map.data), ...(own ? ["terminationGracePeriodSeconds"] : [])];
  if (changed.length === 0) return [];
  const { name, namespace } = controller.deployment.metadata;
  await cluster.read(...patch("configmap", controller.configMap.metadata, map));
  if (own) await cluster.read(...patch("deployment", controller.deployment.metadata, own));
  await cluster.read("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=120s");
  return changed;
}

/** Reverts {@link patchController}. Resolves with whether there was a patch. */
export async function restoreControllers(cluster: Kubernetes): Promise<boolean> {
  const patched = (await readControllers(cluster)).filter((one) => previousKey in one.configMap.metadata.annotations);
  for (const controller of patched) await restore(cluster, controller);
  return patched.length > 0;
}

const settings = z.record(z.string(), z.string().nullable());

async function restore(cluster: Kubernetes, { configMap: map, deployment: own }: Controller): Promise<void> {
  const annotations = { [previousKey]: null };
  const data = settings.parse(JSON.parse(map.metadata.annotations[previousKey] ?? "{}"));
  await cluster.read(...patch("configmap", map.metadata, { metadata: { annotations }, data }));
  const grace = own.metadata.annotations[previousKey];
  if (grace === undefined) return;
  const spec = { template: { spec: { terminationGracePeriodSeconds: Number(grace) } } };
  await cluster.read(...patch("deployment", own.metadata, { metadata: { annotations }, spec }));
}
