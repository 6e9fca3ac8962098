import { z } from "zod";
import { type Place, readKept } from "./place.ts";
import { parseKept } from "./terraform-state.ts";

const shape = z.object({ outputs: z.record(z.string(), z.object({ value: z.unknown() })).optional() });

/** The outputs of a deployed stage that are text, from its state. Empty: nothing has been deployed. Rejects with a UserError where it is damaged. */
export async function readOutputs(place: Place): Promise<ReadonlyMap<string, string>> {
  const text = await readKept(place, "tfstate");
  const { outputs = {} } = parseKept(place, "tfstate", text ?? "{}", shape);
  return new Map(
    Object.entries(outputs).flatMap(([name, { value }]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

/** What to do if a stage has no outputs. */
export function notDeployed(stage: string): string {
  return `Stage ${stage} has not been deployed: run \`npm run deploy\` first.`;
}

/** What to do if a command needs a cluster, and the stage has none. */
export function withoutCluster(stage: string): string {
  return `Stage ${stage} has no cluster: set ANALYZE_STAGE to a stage that has one, or use \`npm run deploy:minikube\`.`;
}
