import { z } from "zod";

/** An optional field of the API: absent or null means `fallback`. */
function optional<T>(schema: z.ZodType<T>, fallback: NoInfer<T>) {
  return schema.nullish().transform((value) => value ?? fallback);
}

/** An optional list of the API. */
export const listOf = <T>(schema: z.ZodType<T>) => optional(z.array(schema), []);
const texts = optional(z.record(z.string(), z.string()), {});

const metadata = z.object({
  name: z.string(),
  namespace: optional(z.string(), ""),
  labels: texts,
  annotations: texts,
  creationTimestamp: optional(z.string(), ""),
  resourceVersion: optional(z.string(), ""),
});

/** Any object, by its name. */
export const named = z.object({ metadata });
export type Named = z.infer<typeof named>;

export const node = z.object({
  metadata,
  spec: optional(z.object({ unschedulable: optional(z.boolean(), false) }), { unschedulable: false }),
  status: optional(
    z.object({
      conditions: listOf(z.object({ type: z.string(), status: z.string() })),
      addresses: listOf(z.object({ type: z.string(), address: z.string() })),
      images: listOf(z.object({ names: listOf(z.string()) })),
    }),
    { conditions: [], addresses: [], images: [] },
  ),
});
export type Node = z.infer<typeof node>;

const podSpec = z.object({
  terminationGracePeriodSeconds: optional(z.int(), 30),
  imagePullSecrets: listOf(z.object({ name: optional(z.string(), "") })),
  containers: z.array(z.object({ image: optional(z.string(), ""), args: listOf(z.string()) })).min(1),
});

export const deployment = z.object({
  metadata,
  spec: z.object({ replicas: optional(z.int(), 1), template: z.object({ spec: podSpec }) }),
});
export type Deployment = z.infer<typeof deployment>;

export const configMap = z.object({ metadata, data: texts });
export type ConfigMap = z.infer<typeof configMap>;

const loadBalancer = optional(
  z.object({
    loadBalancer: optional(z.object({ ingress: listOf(z.object({ ip: optional(z.string(), "") })) }), { ingress: [] }),
  }),
  { loadBalancer: { ingress: [] } },
);

/** The addresses that a load balancer has given to a Service or an Ingress. */
export function balancedAddresses({ status }: { status: z.infer<typeof loadBalancer> }): string[] {
  return status.loadBalancer.ingress.flatMap(({ ip }) => (ip === "" ? [] : [ip]));
}

export const service = z.object({
  metadata,
  spec: z.object({
    clusterIP: optional(z.string(), ""),
    ports: listOf(z.object({ name: optional(z.string(), ""), nodePort: z.int().nullish() })),
  }),
  status: loadBalancer,
});

const backend = z.object({ service: z.object({ name: z.string() }).nullish() });

export const ingress = z.object({
  metadata,
  spec: optional(
    z.object({
      ingressClassName: z.string().nullish(),
      tls: listOf(z.object({ hosts: listOf(z.string()), secretName: optional(z.string(), "") })),
      rules: listOf(
        z.object({
          host: optional(z.string(), ""),
          http: z.object({ paths: listOf(z.object({ backend })) }).nullish(),
        }),
      ),
    }),
    { ingressClassName: undefined, tls: [], rules: [] },
  ),
  status: loadBalancer,
});
export type Ingress = z.infer<typeof ingress>;

export const ingressClass = z.object({
  metadata,
  spec: optional(z.object({ controller: optional(z.string(), "") }), { controller: "" }),
});
export type IngressClass = z.infer<typeof ingressClass>;

export const gatewayClass = z.object({
  metadata,
  spec: optional(z.object({ controllerName: optional(z.string(), "") }), { controllerName: "" }),
});
export type GatewayClass = z.infer<typeof gatewayClass>;

const certificateRefs = listOf(z.object({ name: z.string() }));

/** A Gateway: its certificates, and what its implementation has made of it. */
export const gateway = z.object({
  metadata,
  spec: optional(
    z.object({
      listeners: listOf(z.object({ tls: optional(z.object({ certificateRefs }), { certificateRefs: [] }) })),
    }),
    { listeners: [] },
  ),
  status: optional(
    z.object({
      addresses: listOf(z.object({ value: optional(z.string(), "") })),
      conditions: listOf(z.object({ type: z.string(), status: z.string(), message: optional(z.string(), "") })),
    }),
    { addresses: [], conditions: [] },
  ),
});

export const endpointSlice = z.object({
  metadata,
  endpoints: listOf(
    z.object({
      conditions: optional(z.object({ ready: optional(z.boolean(), true), serving: optional(z.boolean(), true) }), {
        ready: true,
        serving: true,
      }),
    }),
  ),
});
export type EndpointSlice = z.infer<typeof endpointSlice>;

export const event = z.object({
  metadata,
  message: optional(z.string(), ""),
  involvedObject: z.object({ name: optional(z.string(), "") }),
});
export type Event = z.infer<typeof event>;

/** One revision of `helm history`. */
export const revision = z.object({
  revision: z.int(),
  status: optional(z.string(), "unknown"),
  description: optional(z.string(), ""),
  /** Name and version of its chart, as `analyze-0.2.0`. */
  chart: optional(z.string(), ""),
});
export type Revision = z.infer<typeof revision>;

/** `minikube profile list`. */
export const profiles = z.object({
  valid: listOf(
    z.object({ Name: z.string(), Config: optional(z.object({ Driver: optional(z.string(), "") }), { Driver: "" }) }),
  ),
});
