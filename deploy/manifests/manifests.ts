import { controllerSettings } from "../cluster/controller-findings.ts";
import { restricted } from "../cluster/pod-security.ts";
import { must } from "../run.ts";

export const stages = ["dev", "prod"] as const;
export type Stage = (typeof stages)[number];

/** Inputs of the manifests besides the stage; `values` and `set` are passed to helm and override. */
export interface Rendering {
  namespace: string;
  values: readonly string[];
  set: readonly string[];
}

/** Secrets that the commands in the head create. */
const redisSecret = "analyze-redis";
const tokensSecret = "analyze-tokens";

/** Values that a stage leaves to its deployment: plain YAML cannot name prod's load balancer on AWS. */
const additions: Record<Stage, string[]> = {
  dev: [`redis.passwordSecretName=${redisSecret}`],
  prod: ["edge.kind=ingress", `redis.passwordSecretName=${redisSecret}`, `auth.tokensSecretName=${tokensSecret}`],
};

/** No Ingress can set these, and most controllers lack some of them. */
function controllerCommand(): string {
  const patch = JSON.stringify({ data: controllerSettings });
  return `kubectl -n ingress-nginx patch configmap ingress-nginx-controller --type=merge -p '${patch}'`;
}

/** How to apply `file`. It contains no key and no password, because it may be published. */
function head(stage: Stage, namespace: string, file: string, objects: string): string {
  const secret = `kubectl -n ${namespace} create secret`;
  const names = (one: string): boolean => objects.includes(one);
  const commands = [
    `kubectl apply -f ${file}`,
    `${secret} tls analyze-tls --cert certs/issued/tls.crt --key certs/issued/tls.key`,
    ...(names(redisSecret)
      ? [`${secret} generic ${redisSecret} --from-literal=password="$(openssl rand -hex 32)"`]
      : []),
    ...(names(tokensSecret) ? [`${secret} generic ${tokensSecret} --from-file=tokens`] : []),
    ...(/^kind: Ingress$/m.test(objects) ? [controllerCommand()] : []),
  ];
  return [
    `# analyze, stage ${stage}, as plain YAML. "npm run certs" issues the certificate; "npm run images" builds the images, which`,
    "# minikube takes by: minikube image load analyze/web:VERSION analyze/worker:VERSION",
    ...(objects.includes(tokensSecret)
      ? ["# The file tokens has a line NAME SHA256 for each caller: docs/queue.md."]
      : []),
    ...commands.map((command) => `#   ${command}`),
    "",
  ].join("\n");
}

/**
 * The chart as YAML for `kubectl apply -f`: the namespace with Pod Security "restricted", then the objects of the stage. The head names
 * `path`, where it is going to be. Rejects with a UserError that quotes what helm refused.
 */
export async function manifestsOf(stage: Stage, rendering: Rendering, path = `${stage}.yaml`): Promise<string> {
  const { namespace, values, set } = rendering;
  const files = [`ingress/values.${stage}.yaml`, ...values].flatMap((file) => ["--values", file]);
  const pairs = [...additions[stage], ...set].flatMap((pair) => ["--set", pair]);
  const args = ["template", "analyze", "ingress", "--namespace", namespace, "--no-hooks"];
  const objects = await must("helm", [...args, ...files, ...pairs]);
  const metadata = { name: namespace, labels: restricted };
  const first = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata });
  return `${head(stage, namespace, path, objects)}${first}\n${objects}`;
}
