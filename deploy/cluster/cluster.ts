import type { z } from "zod";
import { failure, must, run, type Output, type RunOptions } from "../run.ts";
import { itemsOf, node, type Node } from "./objects.ts";

/** kubectl and helm on one cluster, independent of the current context. */
export interface Kubernetes {
  /** Resolves with any exit code. */
  kubectl(...args: string[]): Promise<Output>;
  /** Standard output of a kubectl that must succeed. Rejects with a UserError. */
  read(...args: string[]): Promise<string>;
  /** The objects that `kubectl get` with these arguments lists. Rejects with a UserError. */
  list<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T[]>;
  /** Creates or updates in place (server-side apply): an object is never absent in between. Rejects with a UserError. */
  apply(...objects: object[]): Promise<void>;
  /** Resolves with any exit code. */
  helm(args: readonly string[], options?: RunOptions): Promise<Output>;
}

/** A cluster whose nodes can be listed. */
export interface Cluster extends Kubernetes {
  context: string;
  kind: "minikube" | "kind" | "other";
  /** Names of the nodes. */
  nodes: string[];
}

/** The tools for a context of the kubeconfig; `env` may name another kubeconfig. Connects to nothing. */
export function kubernetes(context?: string, env: NodeJS.ProcessEnv = {}): Kubernetes {
  const pinned = context === undefined ? [] : ["--context", context];
  const read = (...args: string[]): Promise<string> => must("kubectl", [...pinned, ...args], { env });
  return {
    kubectl: (...args) => run("kubectl", [...pinned, ...args], { env }),
    read,
    list: async (schema, ...args) =>
      itemsOf(schema, await read("get", ...args, "-o", "json"), `kubectl get ${args.join(" ")}`),
    apply: async (...objects) => {
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const args = ["apply", "--server-side", "--force-conflicts", "--field-manager=analyze-deploy", "-f", "-"];
      await must("kubectl", [...pinned, ...args], { env, input });
    },
    helm: (args, options) => {
      const at = context === undefined ? [] : ["--kube-context", context];
      return run("helm", [...args, ...at], { ...options, env });
    },
  };
}

function kindOf(context: string, nodes: readonly Node[]): Cluster["kind"] {
  if (context.startsWith("kind-")) return "kind";
  const isMinikube = nodes.some(({ metadata }) => "minikube.k8s.io/name" in metadata.labels);
  return isMinikube || context === "minikube" ? "minikube" : "other";
}

/** Connects to the cluster of the current context. Rejects without a context, or if its API server does not answer. */
export async function connect(): Promise<Cluster> {
  const current = await run("kubectl", ["config", "current-context"]);
  if (current.code === 127) throw failure(current.stderr);
  const context = current.stdout.trim();
  if (context === "")
    throw failure(
      `kubectl has no context: ${current.stderr.trim()}.\nStart a cluster (minikube start), or name one: kubectl config use-context NAME`,
    );
  const tools = kubernetes(context);
  const nodes = await tools.list(node, "nodes", "--request-timeout=15s");
  return { ...tools, context, kind: kindOf(context, nodes), nodes: nodes.map(({ metadata }) => metadata.name) };
}
