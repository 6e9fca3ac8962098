import { execFileSync } from "node:child_process";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const container = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]),
  startupProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }).optional(),
  livenessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }).optional(),
  readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }).optional(),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }) }) }).optional(),
});

const peer = z.object({
  podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
  namespaceSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
  ipBlock: z.object({ cidr: z.string() }).optional(),
});
const ports = z.array(z.object({ port: z.union([z.string(), z.int()]), protocol: z.string() })).optional();

export const deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.int().optional(),
    strategy: z.object({ rollingUpdate: z.object({ maxUnavailable: z.int(), maxSurge: z.int() }) }),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ terminationGracePeriodSeconds: z.int(), containers: z.tuple([container]) }),
    }),
  }),
});
export const configMap = z.object({
  kind: z.literal("ConfigMap"),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()),
});
export const service = z.object({
  kind: z.literal("Service"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ ports: z.array(z.object({ name: z.string(), port: z.int(), targetPort: z.string() })) }),
});
export const ingress = z.object({
  kind: z.literal("Ingress"),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()) }),
  spec: z.object({
    rules: z.array(
      z.object({ http: z.object({ paths: z.array(z.object({ path: z.string(), pathType: z.string() })) }) }),
    ),
  }),
});
export const httpRoute = z.object({
  kind: z.literal("HTTPRoute"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    rules: z.array(z.object({ timeouts: z.object({ request: z.string(), backendRequest: z.string().optional() }) })),
  }),
});
export const backendTrafficPolicy = z.object({
  kind: z.literal("BackendTrafficPolicy"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ retry: z.object({ perRetry: z.object({ timeout: z.string() }) }) }),
});
export const networkPolicy = z.object({
  kind: z.literal("NetworkPolicy"),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()).optional() }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ from: z.array(peer).optional(), ports })).optional(),
    egress: z.array(z.object({ to: z.array(peer).optional(), ports })).optional(),
  }),
});

export const targetGroupBinding = z.object({
  kind: z.literal("TargetGroupBinding"),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    serviceRef: z.strictObject({ name: z.string(), port: z.string() }),
    targetGroupARN: z.string(),
    targetType: z.literal("ip"),
  }),
});

/** The values that values.prod.yaml leaves to a deployment, with invented data. */
export const behindTargetGroup = [
  "edge.targetGroup.arn=arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/analyze-prod-web/50dc6c495c0c9188",
  "networkPolicy.edgeCidrs={10.74.0.0/24,10.74.1.0/24}",
  "auth.tokensSecretName=tokens",
];

/** The chart rendered with these values files and `key=value` pairs, as YAML. Throws helm's message. */
export function rendered(stage: "dev" | "prod", ...set: string[]): string {
  const pairs = set.flatMap((pair) => ["--set", pair]);
  return renderedFrom("ingress", "-f", `ingress/values.${stage}.yaml`, ...pairs);
}

/** A chart's folder rendered with its default values and these arguments of helm, as YAML. */
export function renderedFrom(chart: string, ...args: string[]): string {
  return execFileSync("helm", ["template", "analyze", chart, "-n", "analyze", ...args], {
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** The objects of one kind in rendered YAML, by name. */
export function objectsOf<T extends { metadata: { name: string } }>(
  yaml: string,
  shape: z.ZodType<T> & { shape: { kind: z.ZodType } },
): Map<string, T> {
  const objects = parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter((object) => z.object({ kind: shape.shape.kind }).safeParse(object).success)
    .map((object) => shape.parse(object));
  return new Map(objects.map((object) => [object.metadata.name, object]));
}
