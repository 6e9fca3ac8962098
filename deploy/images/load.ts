import type { Cluster } from "../cluster/cluster.ts";
import { node, type Node } from "../cluster/objects.ts";
import { must } from "../run.ts";

/** A node that is cordoned or not ready gets no new pods, so it needs no images. */
function takesPods({ spec, status }: Node): boolean {
  return !spec.unschedulable && status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
}

const registries = ["", "docker.io/", "docker.io/library/"];

/** A node lists at most this many of its images (kubelet's nodeStatusMaxImages), some seconds late. */
const listedAtMost = 50;

/** The images that some schedulable node does not list. `sure`: without those that a full list may omit. Pure. */
export function absentImages(nodes: readonly Node[], references: readonly string[], sure = false): string[] {
  const telling = nodes.filter(({ status }) => !sure || status.images.length < listedAtMost).filter(takesPods);
  const perNode = telling.map(({ status }) => new Set(status.images.flatMap(({ names }) => names)));
  return references.filter((one) => !perNode.every((names) => registries.some((place) => names.has(place + one))));
}

/** Loads the images that a node lacks from Docker into every node. Returns the loaded ones. */
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
