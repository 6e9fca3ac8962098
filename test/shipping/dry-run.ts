import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { describeWhere, type RequirementName } from "../support/requirements.ts";
import { type Builder, startBuilder } from "./builder.ts";
import { command, type NearCluster, nearCluster } from "./near-cluster.ts";

const main = fileURLToPath(new URL("../../deploy/pipeline/main.ts", import.meta.url));
const needs = ["shipping", "cluster", "docker", "docker-registry", "htpasswd", "root"] as const;

export interface DryRuns {
  /** Both exist within tests. */
  near(): NearCluster;
  builder(): Builder;
  /** `npm run pipeline -- NAME --dry`. Resolves with any exit code. */
  dry(name: string, env?: NodeJS.ProcessEnv): Promise<{ status: number; output: string }>;
}

/** `describe` for dry runs of workflows: in the cluster of KUBECONFIG, if its nodes run on this machine, with a builder of their own. */
export function describeDryRuns(more: readonly RequirementName[], title: string, body: (runs: DryRuns) => void): void {
  describeWhere("localNode", [...needs, ...more], title, () => {
    let near: NearCluster | undefined;
    let builder: Builder | undefined;
    beforeAll(async () => {
      near = await nearCluster();
      builder = await startBuilder();
    });
    afterAll(async () => {
      await near?.stop();
      await builder?.stop();
    });
    body({
      near: () => started(near),
      builder: () => started(builder),
      dry: (name, env = {}) => command([main, name, "--dry"], { ...started(builder).env, ...env }),
    });
  });
}

function started<T>(one: T | undefined): T {
  if (one === undefined) throw new Error("It exists only within tests.");
  return one;
}
