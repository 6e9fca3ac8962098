import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { historyOf } from "../cluster/history.ts";
import { readJson } from "../cluster/read-json.ts";
import { failure } from "../run.ts";
import { releaseName } from "./release.ts";

/** Without a value, as `--set edge=null` leaves it, the chart takes its default. */
const edgeValues = z.object({ edge: z.object({ kind: z.string().nullish() }).nullish() });

/** The deployed edge's kind; undefined if nothing is deployed. */
export async function findDeployedEdge(cluster: Cluster, namespace: string): Promise<string | undefined> {
  const chartOf = (await historyOf(cluster, releaseName, namespace)).at(-1)?.chart ?? "";
  if (chartOf !== "" && !/^analyze-[0-9]/.test(chartOf))
    throw failure(
      `The Helm release ${releaseName} in namespace ${namespace} is of another chart (${chartOf}). Choose another --namespace.`,
    );
  const args = ["get", "values", releaseName, "--namespace", namespace, "--all", "-o", "json"];
  const { code, stdout } = await cluster.helm(args);
  if (code !== 0) return undefined;
  return readJson(edgeValues, stdout, "helm get values").edge?.kind ?? "ingress";
}

/** The deployed edge's kind. Rejects with a UserError if nothing is deployed. */
export async function deployedEdge(cluster: Cluster, namespace: string): Promise<string> {
  const edge = await findDeployedEdge(cluster, namespace);
  if (edge !== undefined) return edge;
  const advice = `Type: npm run deploy:minikube -- --namespace ${namespace}`;
  throw failure(`Nothing is deployed in namespace ${namespace}. ${advice}`);
}
