import type { z } from "zod";
import { well, type Finding } from "../finding.ts";
import type { Deployment, endpointSlice, Ingress, named } from "./kubectl.ts";

type Slice = z.infer<typeof endpointSlice>;
type Named = z.infer<typeof named>;

/** The services that a host's Ingresses send to, and the worker behind them. */
export function servicesOf(ingresses: Ingress[]): string[] {
  const paths = ingresses.flatMap(({ spec }) => spec.rules.flatMap((rule) => rule.http?.paths ?? []));
  return [...new Set([...paths.flatMap(({ backend }) => backend.service?.name ?? []), "worker"])];
}

/** Whether a service has pods that are ready. */
export function endpointsFinding(namespace: string, service: string, slices: Slice[]): Finding {
  const mine = slices.filter(({ metadata }) => metadata.labels["kubernetes.io/service-name"] === service);
  const endpoints = mine.flatMap((slice) => slice.endpoints);
  const ready = endpoints.filter(({ conditions }) => conditions.ready).length;
  const name = `pods of ${service}`;
  const saw = `${ready} of ${endpoints.length} ready`;
  const next = `kubectl -n ${namespace} get pods`;
  if (ready === 0) return { name, state: "broken", saw, means: "requests for it get 503", next };
  return well(name, saw, ready === 1 ? { means: "one alone: its restart is an outage", next } : undefined);
}

/** The known defects of an ingress-nginx controller as it is installed; empty for another one. */
export function controllerFindings(controller: Deployment, settings: Record<string, string>): Finding[] {
  const { spec, metadata } = controller;
  const pod = spec.template.spec;
  const where = `kubectl -n ${metadata.namespace} edit`;
  const image = pod.containers[0]?.image ?? "";
  const found: Finding[] = [];
  const warn = (saw: string, means: string, next: string): void =>
    void found.push(well("controller", saw, { means, next }));
  const deploy = `${where} deployment ${metadata.name}`;
  if (pod.terminationGracePeriodSeconds === 0)
    warn("terminationGracePeriodSeconds 0", "its preStop hook never runs: each restart cuts requests", deploy);
  if (spec.replicas < 2) warn("one replica", "each restart of the controller is an outage", deploy);
  if (settings["hsts"] === "false")
    warn("hsts is off", "browsers may be led to http://", `${where} configmap ${metadata.name}`);
  if (image.includes("ingress-nginx/controller"))
    warn(
      image.split("@")[0] ?? image,
      "ingress-nginx is retired: no fixes, not for security either",
      "less docs/kubernetes.md",
    );
  return found.length > 0 ? found : [well("controller", image)];
}

const ecrTokenMs = 12 * 3_600_000;

/** A Secret by its name, and when it was made (epoch milliseconds). */
export interface Dated {
  name: string;
  created: number;
}

/** Whether images that need a pull secret have one that may still be good. `now` in epoch milliseconds. */
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
    return well(name, "no pod asks for one", fromEcr ? trouble : undefined);
  }
  const used = secrets.filter((secret) => wanted.includes(secret.name));
  const age = Math.max(...used.map(({ created }) => now - created));
  const saw = `${wanted.join(", ")}, ${Math.round(age / 3_600_000)} h old`;
  const old = { means: "a token of ECR lives 12 h: the next pod on a new node may not start", next };
  return well(name, saw, fromEcr && age > ecrTokenMs ? old : undefined);
}

const enforcers = /calico|cilium|antrea|weave|kube-router|ovn|kindnet|canal|aws-node/;

/** Whether NetworkPolicies are more than paper: the cluster accepts them also where nothing enforces them. */
export function policyFinding(policies: Named[], daemonSets: Named[]): Finding {
  const name = "policies";
  const agents = daemonSets.map(({ metadata }) => metadata.name).filter((agent) => enforcers.test(agent));
  const count = `${policies.length} NetworkPolicies`;
  if (policies.length === 0)
    return well(name, count, { means: "any pod may call web and worker", next: "less docs/kubernetes.md" });
  if (agents.length > 0) return well(name, `${count}; ${agents.join(", ")} may enforce them`);
  return well(name, `${count}, and no agent known to enforce them`, {
    means: "the cluster accepts policies and does not apply them",
    next: "minikube start --cni=calico",
  });
}
