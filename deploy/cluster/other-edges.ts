import { well, type Finding } from "@analyze/common/finding";
import type { Kubernetes } from "./cluster.ts";
import { deployment, gateway } from "./objects.ts";

/** An edge of the chart that is no Ingress. */
export interface OtherEdge {
  finding: Finding;
  /** The Secret with its certificate; undefined where it names none. */
  secret: string | undefined;
  /** The Services that need ready pods. */
  services: string[];
}

const behind = ["web", "worker"];

async function ownNginx(cluster: Kubernetes, namespace: string): Promise<OtherEdge | undefined> {
  const [edge] = await cluster.list(
    deployment,
    "deployments",
    "-n",
    namespace,
    "-l",
    "app.kubernetes.io/component=edge",
  );
  if (edge === undefined) return undefined;
  const path = "jsonpath={.spec.template.spec.volumes[*].projected.sources[*].secret.name}";
  const secrets = await cluster.read("-n", namespace, "get", `deployment/${edge.metadata.name}`, "-o", path);
  const finding = well("edge", "nginx of this project");
  return { finding, secret: secrets.split(" ")[0] || undefined, services: [edge.metadata.name, ...behind] };
}

async function ownGateway(cluster: Kubernetes, namespace: string): Promise<OtherEdge | undefined> {
  if ((await cluster.kubectl("get", "crd", "gateways.gateway.networking.k8s.io")).code !== 0) return undefined;
  const all = await cluster.list(gateway, "gateways", "-n", namespace);
  // The chart's own, if it made one; the namespace may have another beside it.
  const found = all.find(({ metadata }) => metadata.labels["app.kubernetes.io/name"] === "analyze") ?? all[0];
  if (found === undefined) return undefined;
  const { name } = found.metadata;
  const { addresses, conditions } = found.status;
  const programmed = conditions.find(({ type }) => type === "Programmed");
  const at = addresses.map(({ value }) => value).join(", ") || "no address";
  const missing: Finding = {
    name: "edge",
    state: "broken",
    saw: `Gateway ${name} is not programmed: ${programmed?.message || "no implementation has taken it"}`,
    means: "nothing listens for it",
    next: `kubectl -n ${namespace} describe gateway ${name}`,
  };
  const finding = programmed?.status === "True" ? well("edge", `Gateway ${name}, ${at}`) : missing;
  const secret = found.spec.listeners.flatMap(({ tls }) => tls.certificateRefs)[0]?.name;
  return { finding, secret, services: behind };
}

/** The edge of a release that has no Ingress; undefined where there is none either. */
export async function findOtherEdge(cluster: Kubernetes, namespace: string): Promise<OtherEdge | undefined> {
  return (await ownNginx(cluster, namespace)) ?? (await ownGateway(cluster, namespace));
}
