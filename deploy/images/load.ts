import type { Cluster } from "../cluster/cluster.ts";
import { node, type Node } from "../cluster/objects.ts";
import { must } from "../run.ts";

/** A node that is cordoned or not ready gets no new pod, so what it lacks stops nothing. */
function takesPods({ spec, status }: Node): boolean {
  return !spec.unschedulable && status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
}

const registries = ["", "docker.io/", "docker.io/library/"];

/** The images that some node does not list, of the nodes that take pods. (A node lists 50 at most, some seconds late.) */
export function absentImages(nodes: readonly Node[], references: readonly string[]): string[] {
  const perNode = nodes.filter(takesPods).map(({ status }) => new Set(status.images.flatMap(({ names }) => names)));
  return references.filter((one) => !perNode.every((names) => registries.some((place) => names.has(place + one))));
}

/** Loads images from Docker into every node, where one lacks them. Returns those that it loaded. */
export async function loadImages(
  cluster: Cluster,
  loader: readonly string[] | undefined,
  references: readonly string[],
): Promise<string[]> {
  const absent = absentImages(await cluster.list(node, "nodes"), references);
  if (absent.length === 0) return [];
  const [command = "", ...args] =
    loader ??
    (cluster.kind === "kind"
      ? ["kind", "load", "docker-image", "--name", cluster.context.replace(/^kind-/, "")]
      : ["minikube", "-p", cluster.context, "image", "load"]);
  await must(command, [...args, ...absent]);
  return absent;
}
