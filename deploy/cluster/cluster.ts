import { z } from "zod";
import { must, type Output, type Run } from "../run.ts";

/** The cluster that the current context names when the program starts; every command is pinned to that context. */
export interface Cluster {
  context: string;
  kind: "minikube" | "kind" | "other";
  /** Names of the nodes. */
  nodes: string[];
  kubectl(...args: string[]): Promise<Output>;
  /** Standard output of a kubectl that must succeed. */
  read(...args: string[]): Promise<string>;
  /** Creates or updates in place (server-side apply): an object is never absent in between. */
  apply(...objects: object[]): Promise<void>;
}

const nodeList = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }) }),
  ),
});

function kindOf(context: string, nodes: z.infer<typeof nodeList>["items"]): Cluster["kind"] {
  if (context.startsWith("kind-")) return "kind";
  const isMinikube = nodes.some(({ metadata }) => "minikube.k8s.io/name" in metadata.labels);
  return isMinikube || context === "minikube" ? "minikube" : "other";
}

/** Connects. Throws when there is no context or no answer from its API server. */
export async function connect(run: Run): Promise<Cluster> {
  const context = (await must(run, "kubectl", ["config", "current-context"])).trim();
  const pinned = ["--context", context];
  const read = (...args: string[]): Promise<string> => must(run, "kubectl", [...pinned, ...args]);
  const nodes = nodeList.parse(JSON.parse(await read("get", "nodes", "-o", "json", "--request-timeout=15s"))).items;
  return {
    context,
    kind: kindOf(context, nodes),
    nodes: nodes.map(({ metadata }) => metadata.name),
    kubectl: (...args) => run("kubectl", [...pinned, ...args]),
    read,
    apply: async (...objects) => {
      const list = { apiVersion: "v1", kind: "List", items: objects };
      const args = ["apply", "--server-side", "--force-conflicts", "--field-manager=analyze-deploy", "-f", "-"];
      await must(run, "kubectl", [...pinned, ...args], JSON.stringify(list));
    },
  };
}
