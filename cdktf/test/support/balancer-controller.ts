import { parseAllDocuments } from "yaml";
import { z } from "zod";

const metadata = z.object({ name: z.string() });
const labels = z.record(z.string(), z.string());
const object = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("TargetGroupBinding"),
    spec: z.object({ serviceRef: z.object({ name: z.string(), port: z.string() }), targetType: z.string() }),
  }),
  z.object({
    kind: z.literal("Service"),
    metadata,
    spec: z.object({ selector: labels, ports: z.array(z.object({ name: z.string(), targetPort: z.string() })) }),
  }),
  z.object({
    kind: z.literal("Deployment"),
    metadata,
    spec: z.object({
      template: z.object({
        metadata: z.object({ labels }),
        spec: z.object({
          containers: z.array(z.object({ ports: z.array(z.object({ name: z.string(), containerPort: z.int() })) })),
        }),
      }),
    }),
  }),
]);
type Known = z.infer<typeof object>;
type Kind<K extends Known["kind"]> = Extract<Known, { kind: K }>;

/** The controller's handling of one Deployment's pods. */
export interface Treatment {
  /** Ports at which each pod becomes a target, once its containers are ready. */
  readonly ports: readonly number[];
  /** Whether its pods wait for the load balancer: they get a readiness gate at their creation. */
  readonly waits: boolean;
}

/** The objects of rendered YAML that matter to the controller, in their order. */
export function objectsIn(yaml: string): Known[] {
  const documents = parseAllDocuments(yaml).map((document): unknown => document.toJS());
  return documents.flatMap((one) => {
    const known = object.safeParse(one);
    return known.success ? [known.data] : [];
  });
}

/**
 * A model of the AWS Load Balancer Controller 3.2.2 for target groups of type `ip`, in a namespace whose label enables
 * readiness gates. A test compares it with sentences of the documentation. `objects` exist when a Deployment's pods are
 * created, in this order.
 */
export function treatments(objects: readonly Known[], deployments = objects): Map<string, Treatment> {
  return new Map(
    deployments.flatMap((one) => {
      if (one.kind !== "Deployment") return [];
      const before = objects.slice(0, objects.includes(one) ? objects.indexOf(one) : objects.length);
      return [[one.metadata.name, { ports: portsOf(one, objects), waits: portsOf(one, before).length > 0 }]];
    }),
  );
}

function portsOf({ spec }: Kind<"Deployment">, objects: readonly Known[]): number[] {
  const { template } = spec;
  return objects.flatMap((binding) => {
    if (binding.kind !== "TargetGroupBinding" || binding.spec.targetType !== "ip") return [];
    const { name, port } = binding.spec.serviceRef;
    const service = objects.find((one): one is Kind<"Service"> => one.kind === "Service" && one.metadata.name === name);
    const selected = Object.entries(service?.spec.selector ?? {});
    const selects = selected.length > 0 && selected.every(([key, value]) => template.metadata.labels[key] === value);
    const target = service?.spec.ports.find((one) => one.name === port)?.targetPort;
    if (!selects || target === undefined) return [];
    const ports = template.spec.containers.flatMap((container) => container.ports);
    return ports.filter((one) => one.name === target).map(({ containerPort }) => containerPort);
  });
}
