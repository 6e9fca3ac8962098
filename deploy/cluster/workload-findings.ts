import { well, type Finding } from "@analyze/common/finding";
import { hour } from "@analyze/common/time";
import type { Deployment, EndpointSlice, Ingress, Named } from "./objects.ts";

/** The services that a host's Ingresses send to, and the worker behind them. */
export function servicesOf(ingresses: Ingress[]): string[] {
  const paths = ingresses.flatMap(({ spec }) => spec.rules.flatMap((rule) => rule.http?.paths ?? []));
  return [...new Set([...paths.flatMap(({ backend }) => backend.service?.name ?? []), "worker"])];
}

/** Whether a service has ready pods. */
export function endpointsFinding(namespace: string, service: string, slices: readonly EndpointSlice[]): Finding {
  const mine = slices.filter(({ metadata }) => metadata.labels["kubernetes.io/service-name"] === service);
  const endpoints = mine.flatMap((slice) => slice.endpoints);
  // A Service that publishes pods that are not ready calls them ready, but not serving.
  const ready = endpoints.filter(({ conditions }) => conditions.ready && conditions.serving).length;
  const name = `pods of ${service}`;
  const saw = `${ready} of ${endpoints.length} ready`;
  const next = `kubectl -n ${namespace} get pods`;
  if (ready === 0) return { name, state: "broken", saw, means: "requests for it get 503", next };
  return well(name, saw, ready === 1 ? { means: "only one: its restart is an outage", next } : undefined);
}

/** Whether Redis and MongoDB run, where they are deployed. Each has one pod: that is no warning. */
export function storeFindings(namespace: string, slices: readonly EndpointSlice[]): Finding[] {
  const deployed = new Set(slices.map(({ metadata }) => metadata.labels["kubernetes.io/service-name"]));
  return ["redis", "mongodb"]
    .filter((store) => deployed.has(store))
    .map((store) => {
      const found = endpointsFinding(namespace, store, slices);
      return found.state === "broken" ? found : well(found.name, found.saw);
    });
}

const ecrTokenMs = 12 * hour;

/** A Secret's name and creation time (epoch milliseconds). */
export interface Dated {
  name: string;
  created: number;
}

/** Whether images that need a pull secret have one that may still be valid. `now` in epoch milliseconds. */
export function pullSecretFinding(deployments: Deployment[], secrets: Dated[], now: number): Finding {
  const name = "pull secret";
  const specs = deployments.map(({ spec }) => spec.template.spec);
  const wanted = [...new Set(specs.flatMap((spec) => spec.imagePullSecrets.map((secret) => secret.name)))];
  const fromEcr = specs.some((spec) => spec.containers.some(({ image }) => image.includes(".dkr.ecr.")));
  const next = "npm run deploy:minikube";
  const missing = wanted.filter((secret) => secrets.every(({ name: known }) => known !== secret));
  if (missing.length > 0)
    return {
      name,
      state: "broken",
      saw: `${missing.join(", ")} is missing`,
      means: "new pods cannot pull their image",
      next,
    };
  if (wanted.length === 0) {
    const trouble = { means: "nodes must be allowed to pull from ECR by themselves", next };
    return well(name, "no pod names one", fromEcr ? trouble : undefined);
  }
  const used = secrets.filter((secret) => wanted.includes(secret.name));
  const age = Math.max(...used.map(({ created }) => now - created));
  const saw = `${wanted.join(", ")}, ${Math.round(age / hour)} h old`;
  const old = { means: "a token of ECR is valid for 12 h: the next pod on a new node may not start", next };
  return well(name, saw, fromEcr && age > ecrTokenMs ? old : undefined);
}

/** Network plugins that enforce NetworkPolicies, by the name of their DaemonSet. */
const enforcers = /calico|cilium|antrea|kube-router|weave|ovn|kindnet|canal|aws-node/;

/**
 * Whether NetworkPolicies have an effect: an API server accepts them even if no plugin enforces them.
 * `count`: how many there are; undefined before a deployment. `agents`: DaemonSets and pods.
 */
export function policyFinding(count: number | undefined, agents: readonly Named[]): Finding {
  const name = "network-policy";
  const found = [...new Set(agents.map(({ metadata }) => metadata.name).filter((agent) => enforcers.test(agent)))];
  if (count === 0) {
    return well(name, "no NetworkPolicies", {
      means: "any pod may call web and worker",
      next: "npm run deploy:minikube",
    });
  }
  const many = count === undefined ? "" : `${count} NetworkPolicies; `;
  if (found.length > 0) return well(name, `${many}${found.slice(0, 3).join(", ")} may enforce them`);
  return well(name, `${many}no network plugin that is known to enforce them`, {
    means: "the cluster stores policies and does not apply them",
    next: "minikube start --cni=calico (a new cluster)",
  });
}
