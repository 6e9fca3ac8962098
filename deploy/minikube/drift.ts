import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { itemsOf } from "../cluster/read-json.ts";
import { run } from "../run.ts";

const fieldsV1 = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof fieldsV1>;

const entry = z.looseObject({
  manager: z.string().nullish(),
  operation: z.string().nullish(),
  subresource: z.string().nullish(),
  fieldsV1: fieldsV1.nullish().transform((fields) => fields ?? {}),
});
/** The managers of an object's fields, as the API server records them (metadata.managedFields). */
export type Entry = z.infer<typeof entry>;

const managed = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    managedFields: z
      .array(entry)
      .nullish()
      .transform((entries) => entries ?? []),
  }),
});
type Managed = z.infer<typeof managed>;

function union(one: Fields, other: Fields): Fields {
  const merged = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const [mine, theirs] = [fieldsV1.safeParse(merged[key]), fieldsV1.safeParse(value)];
    merged[key] = mine.success && theirs.success ? union(mine.data, theirs.data) : value;
  }
  return merged;
}

/** `kubectl rollout restart` is no drift: it adds a date, and removing that would restart the pods. */
function isByHand({ manager, subresource }: Entry): boolean {
  return manager != null && manager.startsWith("kubectl") && manager !== "kubectl-rollout" && subresource == null;
}

function isHelms({ manager, operation, subresource }: Entry): boolean {
  return manager === "helm" && operation === "Apply" && subresource == null;
}

/**
 * The entries, with fields set by kubectl given to helm, whose next server-side apply removes those that
 * the chart does not have. Undefined if there are no such fields, or helm has applied nothing. Pure.
 */
export function adopted(entries: readonly Entry[]): Entry[] | undefined {
  const byHand = entries.filter(isByHand);
  const own = entries.find(isHelms);
  if (byHand.length === 0 || own === undefined) return undefined;
  const fields = byHand.map((one) => one.fieldsV1).reduce(union, own.fieldsV1);
  return [{ ...own, fieldsV1: fields }, ...entries.filter((one) => one !== own && !isByHand(one))];
}

/** The objects of the installed release as YAML; empty: nothing is installed. */
export async function installedObjects(cluster: Cluster, namespace: string): Promise<string> {
  return (await cluster.helm(["get", "manifest", "analyze", "--namespace", namespace])).stdout;
}

/** Those of these objects, of any kind, that have fields set by kubectl. */
async function drifted(cluster: Cluster, input: string): Promise<{ object: Managed; entries: Entry[] }[]> {
  const get = ["get", "-f", "-", "--ignore-not-found", "--show-managed-fields", "-o", "json"];
  const { code, stdout } = await run("kubectl", ["--context", cluster.context, ...get], { input });
  if (code !== 0 || stdout === "") return [];
  return itemsOf(managed, stdout, "kubectl get -f -").flatMap((object) => {
    const entries = adopted(object.metadata.managedFields);
    return entries === undefined ? [] : [{ object, entries }];
  });
}

/** As kubectl names a kind unambiguously: Gateway.v1.gateway.networking.k8s.io, Service.v1. */
function resourceOf({ kind, apiVersion }: Managed): string {
  const [version, group = ""] = apiVersion.split("/").toReversed();
  return `${kind}.${version}.${group}`;
}

/** Whether fields of the release's objects were set by kubectl. */
export async function hasDrift(cluster: Cluster, namespace: string): Promise<boolean> {
  return (await drifted(cluster, await installedObjects(cluster, namespace))).length > 0;
}

/** An object changes while its pods start, and the API server rejects a patch of an older version: read and patch it again. */
const tries = 5;

/** Gives such fields of the `installed` objects to helm, whose next upgrade removes those that the chart does not have. Resolves with the objects' names. */
export async function adoptDrift(cluster: Cluster, namespace: string, installed: string): Promise<string[]> {
  const names = new Set<string>();
  for (let left = tries; ; left--) {
    const found = await drifted(cluster, installed);
    if (found.length === 0) return [...names];
    for (const { object, entries } of found) {
      const { name, resourceVersion } = object.metadata;
      const patch = [
        { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
        { op: "replace", path: "/metadata/managedFields", value: entries },
      ];
      const args = ["--field-manager=analyze-deploy", "--type=json", "-p", JSON.stringify(patch)];
      try {
        await cluster.read("-n", namespace, "patch", resourceOf(object), name, ...args);
        names.add(`${object.kind.toLowerCase()}/${name}`);
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  }
}
