import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import type { z } from "zod";
import { failure, must, run, type Output, type RunOptions } from "../run.ts";
import { node, type Node } from "./objects.ts";
import { itemsOf } from "./read-json.ts";

/** kubectl and helm on one cluster, independent of the current context. */
export interface Kubernetes {
  /** Resolves with any exit code. */
  kubectl(...args: string[]): Promise<Output>;
  /** Standard output of a kubectl that must succeed. Rejects with a UserError. */
  read(...args: string[]): Promise<string>;
  /**
   * What `kubectl get` with these arguments prints of an object; empty: there is no such object. Rejects with a UserError where
   * kubectl cannot tell, as when the API server does not answer.
   */
  find(...args: string[]): Promise<string>;
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
    find: (...args) => read("get", "--ignore-not-found", ...args),
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

/** What to do where kubectl finds no cluster. */
const advice =
  "Start a cluster (minikube start), or name one: kubectl config get-contexts, kubectl config use-context NAME";

/** Throws a UserError where KUBECONFIG names only files that are not there, which kubectl takes for an empty configuration. */
function requireKubeconfig(named = process.env["KUBECONFIG"]): void {
  if (!named || named.split(delimiter).some((path) => existsSync(path))) return;
  throw failure(
    `KUBECONFIG is ${named}, and there is no such file.\nCorrect it, or take the default: unset KUBECONFIG`,
  );
}

/** The nodes. Rejects with the last line that kubectl printed: before it, it repeats itself. */
async function nodesOf(context: string, tools: Kubernetes): Promise<Node[]> {
  const args = ["get", "nodes", "--request-timeout=15s", "-o", "json"];
  const { code, stdout, stderr } = await tools.kubectl(...args);
  if (code === 0) return itemsOf(node, stdout, "kubectl get nodes");
  const last = stderr.trim().split("\n").at(-1) ?? "";
  // kubectl asks for a name and a password, of which there are none
  const said = last === "error: EOF" ? "its user has no credentials in the kubeconfig" : last;
  throw failure(`The cluster of context ${context} does not answer: ${said}\n${advice}`);
}

/** Connects to the cluster of the current context. Rejects without a context, or if its API server does not answer. */
export async function connect(): Promise<Cluster> {
  requireKubeconfig();
  const current = await run("kubectl", ["config", "current-context"]);
  if (current.code === 127) throw failure(current.stderr);
  const context = current.stdout.trim();
  if (context === "") throw failure(`kubectl has no context: ${current.stderr.trim()}.\n${advice}`);
  const tools = kubernetes(context);
  const nodes = await nodesOf(context, tools);
  return { ...tools, context, kind: kindOf(context, nodes), nodes: nodes.map(({ metadata }) => metadata.name) };
}
