import { restricted } from "../cluster/pod-security.ts";
import { must } from "../run.ts";

export const stages = ["dev", "prod"] as const;

/** What a stage's own values leave to its deployment: prod's edge is a load balancer on AWS, that plain YAML can't name. */
const additions: Record<(typeof stages)[number], string[]> = { dev: [], prod: ["edge.kind=ingress"] };

/** What must be in the namespace before the pods can start; none of it may be in a file that is published. */
const head = (
  stage: string,
): string => `# analyze, stage ${stage}, as plain YAML. Issue the certificate (npm run certs), then:
#   kubectl create namespace analyze
#   kubectl -n analyze create secret tls analyze-tls --cert certs/issued/tls.crt --key certs/issued/tls.key
#   kubectl apply -f ${stage}.yaml
`;

/**
 * The chart as YAML for `kubectl apply -f`: the namespace, held to Pod Security "restricted", then the objects of the stage.
 * `set` is passed to helm and wins. Rejects with a UserError that quotes what helm refused.
 */
export async function manifestsOf(stage: (typeof stages)[number], set: readonly string[]): Promise<string> {
  const pairs = [...additions[stage], ...set].flatMap((pair) => ["--set", pair]);
  const args = ["template", "analyze", "ingress", "--namespace", "analyze", "--no-hooks"];
  const objects = await must("helm", [...args, "--values", `ingress/values.${stage}.yaml`, ...pairs]);
  const metadata = { name: "analyze", labels: restricted };
  const namespace = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  return `${head(stage)}${namespace}\n${objects}`;
}
