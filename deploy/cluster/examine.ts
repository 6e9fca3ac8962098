import { untilBroken, well, type Finding } from "@analyze/common/finding";
import { UserError } from "@analyze/common/errors";
import type { Cluster, Kubernetes } from "./cluster.ts";
import { controllerFindings } from "./controller-findings.ts";
import { readControllers } from "./controller.ts";
import {
  certificateFinding,
  classFinding,
  ingressesFor,
  ingressFinding,
  noCertificate,
  secretFor,
  type Subject,
} from "./edge-findings.ts";
import { deployment, endpointSlice, ingress, ingressClass, named } from "./objects.ts";
import { findOtherEdge } from "./other-edges.ts";
import {
  endpointsFinding,
  policyFinding,
  pullSecretFinding,
  servicesOf,
  storeFindings,
  type Dated,
} from "./workload-findings.ts";

/** Findings on the chart's requirements before a deployment: version, metrics, network plugin. */
export async function platformFindings(cluster: Kubernetes, policies?: number): Promise<Finding[]> {
  const [version, metrics, agents] = await Promise.all([
    cluster.read("get", "--raw", "/version"),
    cluster.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io"),
    cluster.list(named, "daemonsets,pods", "-A"),
  ]);
  return [versionFinding(version), metricsFinding(metrics.code === 0), policyFinding(policies, agents)];
}

function versionFinding(text: string): Finding {
  const [, minor = "0"] = /"minor":\s*"(\d+)/.exec(text) ?? [];
  const name = "kubernetes-version";
  if (Number(minor) >= 30) return well(name, `1.${minor}`);
  const means = "it has no preStop.sleep: pods would stop before the edge removes them";
  const next = "1.30 or newer: minikube start --kubernetes-version=stable";
  return { name, state: "broken", saw: `1.${minor}`, means, next };
}

function metricsFinding(isThere: boolean): Finding {
  if (isThere) return well("metrics", "the metrics API is there");
  const next = "minikube addons enable metrics-server";
  return well("metrics", "no metrics API", { means: "pods are not scaled by load", next });
}

/** Findings on the class `wanted` of an Ingress and on the controllers behind it. */
export async function controllersFindings(cluster: Kubernetes, wanted: string, enable: string): Promise<Finding[]> {
  const found = classFinding(wanted, await cluster.list(ingressClass, "ingressclasses"), enable);
  if (found.state === "broken") return [found];
  return [found, ...(await readControllers(cluster)).flatMap(controllerFindings)];
}

/** How to get an ingress controller. */
export function howToEnableIngress({ kind, context }: Pick<Cluster, "kind" | "context">): string {
  if (kind === "kind") return "https://kind.sigs.k8s.io/docs/user/ingress/";
  return `minikube ${context === "minikube" ? "" : `-p ${context} `}addons enable ingress`;
}

async function certificate(cluster: Kubernetes, subject: Subject, secret: string | undefined): Promise<Finding> {
  const { namespace, host } = subject;
  if (secret === undefined) return noCertificate(host, namespace, secret);
  // Only the certificate: this process does not need the private key.
  const path = "jsonpath={.data.tls\\.crt}";
  const { code, stdout, stderr } = await cluster.kubectl("-n", namespace, "get", "secret", secret, "-o", path);
  if (code === 0) return certificateFinding(subject, secret, Buffer.from(stdout, "base64").toString("utf8"));
  if (stderr.includes("NotFound")) return noCertificate(host, namespace, secret);
  throw new UserError(stderr.trim());
}

/** Names and creation times of the pull secrets, without their tokens. */
async function pullSecrets(cluster: Kubernetes, namespace: string): Promise<Dated[]> {
  const rowOfEach = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.creationTimestamp}{"\\n"}{end}';
  const type = "--field-selector=type=kubernetes.io/dockerconfigjson";
  const rows = await cluster.read("-n", namespace, "get", "secrets", type, "-o", rowOfEach);
  return rows.split("\n").flatMap((row) => {
    const [name, created] = row.split(" ");
    return name && created ? [{ name, created: Date.parse(created) }] : [];
  });
}

async function* walk(cluster: Cluster, subject: Subject): AsyncGenerator<Finding> {
  const { namespace, host } = subject;
  yield well("cluster", `context ${cluster.context} answers`);
  const all = await cluster.list(ingress, "ingresses", "-n", namespace);
  const mine = ingressesFor(host, all);
  const other = all.length === 0 ? await findOtherEdge(cluster, namespace) : undefined;
  yield other?.finding ?? ingressFinding(host, namespace, all);
  for (const one of mine.slice(0, 1)) {
    yield* await controllersFindings(cluster, one.spec.ingressClassName ?? "(none)", howToEnableIngress(cluster));
    yield await certificate(cluster, subject, secretFor(host, one));
  }
  if (other) yield await certificate(cluster, subject, other.secret);
  const slices = await cluster.list(endpointSlice, "endpointslices", "-n", namespace);
  for (const service of other?.services ?? servicesOf(mine)) yield endpointsFinding(namespace, service, slices);
  yield* storeFindings(namespace, slices);
  const deployments = await cluster.list(deployment, "deployments", "-n", namespace);
  yield pullSecretFinding(deployments, await pullSecrets(cluster, namespace), Date.now());
  const policies = await cluster.list(named, "networkpolicies", "-n", namespace);
  yield* await platformFindings(cluster, policies.length);
}

/** Checks a Helm release from the context to the policies, and stops at the first broken check. */
export async function* examine(connecting: Promise<Cluster>, subject: Subject): AsyncGenerator<Finding> {
  try {
    yield* untilBroken(walk(await connecting, subject));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const means = "kubectl is not installed, its context is wrong, or the cluster does not answer or refuses access";
    yield {
      name: "cluster",
      state: "broken",
      saw: error.message,
      means,
      next: "kubectl config get-contexts\nkubectl auth can-i --list",
    };
  }
}
