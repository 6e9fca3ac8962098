import { z } from "zod";
import type { Kubernetes } from "./cluster.ts";
import { revision, type Revision } from "./objects.ts";
import { readJson } from "./read-json.ts";

/** The revisions of a Helm release, the newest last; none if it is not installed. */
export async function historyOf(cluster: Kubernetes, release: string, namespace: string): Promise<Revision[]> {
  const { code, stdout } = await cluster.helm(["history", release, "--namespace", namespace, "--output", "json"]);
  return code === 0 ? readJson(z.array(revision), stdout, "helm history") : [];
}
