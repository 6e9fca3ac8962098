import type { Config } from "../../config.ts";
import { well, type Finding } from "../finding.ts";
import { certificateFinding, classFinding, ingressesFor, ingressFinding, noCertificate, secretFor } from "./edge.ts";
import {
  configMap,
  deployment,
  endpointSlice,
  ingress,
  KubectlError,
  list,
  named,
  type Ingress,
  type Kubectl,
} from "./kubectl.ts";
import {
  type Dated,
  controllerFindings,
  endpointsFinding,
  policyFinding,
  pullSecretFinding,
  servicesOf,
} from "./workloads.ts";

/** What is looked at, and with what. */
export interface ClusterOptions {
  config: Pick<Config, "url" | "ca">;
  namespace: string;
  run: Kubectl;
}

async function context(run: Kubectl): Promise<Finding> {
  let name = "no context";
  try {
    name = (await run(["config", "current-context"])).trim();
    await run(["get", "--raw", "/readyz"]);
    return well("cluster", `context ${name} is ready`);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const missing = error.message.includes("ENOENT");
    return {
      name: "cluster",
      state: "broken",
      saw: `${name}: ${error.message}`,
      means: missing ? "kubectl is not installed here" : "the cluster does not answer, or kubectl points elsewhere",
      next: missing ? "minikube kubectl -- get pods -A" : "kubectl config get-contexts",
    };
  }
}

async function certificate({ config, namespace, run }: ClusterOptions, from: Ingress): Promise<Finding> {
  const host = config.url.hostname;
  const secret = secretFor(host, from);
  if (secret === undefined) return noCertificate(host, namespace, secret);
  try {
    // The certificate alone: the private key beside it has no business in this process.
    const data = await run(["-n", namespace, "get", "secret", secret, "-o", "jsonpath={.data.tls\\.crt}"]);
    return certificateFinding(host, secret, Buffer.from(data, "base64").toString("utf8"), config.ca);
  } catch (error) {
    if (error instanceof KubectlError && error.message.includes("NotFound"))
      return noCertificate(host, namespace, secret);
    throw error;
  }
}

/** Names and birth of the pull secrets, without the tokens in them. */
async function pullSecrets(run: Kubectl, namespace: string): Promise<Dated[]> {
  const rowOfEach = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.creationTimestamp}{"\\n"}{end}';
  const type = "--field-selector=type=kubernetes.io/dockerconfigjson";
  const rows = await run(["-n", namespace, "get", "secrets", type, "-o", rowOfEach]);
  return rows.split("\n").flatMap((row) => {
    const [name, created] = row.split(" ");
    return name && created ? [{ name, created: Date.parse(created) }] : [];
  });
}

async function* controllers(run: Kubectl): AsyncGenerator<Finding> {
  const found = await list(run, deployment, ["deployments", "-A", "-l", "app.kubernetes.io/name=ingress-nginx"]);
  for (const controller of found) {
    const { name, namespace } = controller.metadata;
    const maps = await list(run, configMap, ["configmaps", "-n", namespace]);
    yield* controllerFindings(controller, maps.find((map) => map.metadata.name === name)?.data ?? {});
  }
}

/** Looks at a cluster as far as the person's kubectl may: from the context to the policies. */
export async function* findingsInCluster(options: ClusterOptions): AsyncGenerator<Finding> {
  const { config, namespace, run } = options;
  const host = config.url.hostname;
  yield await context(run);
  const all = await list(run, ingress, ["ingresses", "-n", namespace]);
  yield ingressFinding(host, namespace, all);
  const mine = ingressesFor(host, all);
  const classes = (await list(run, named, ["ingressclasses"])).map(({ metadata }) => metadata.name);
  for (const one of mine.slice(0, 1)) {
    yield classFinding(one, classes);
    yield await certificate(options, one);
  }
  const slices = await list(run, endpointSlice, ["endpointslices", "-n", namespace]);
  for (const service of servicesOf(mine)) yield endpointsFinding(namespace, service, slices);
  yield* controllers(run);
  const deployments = await list(run, deployment, ["deployments", "-n", namespace]);
  yield pullSecretFinding(deployments, await pullSecrets(run, namespace), Date.now());
  yield policyFinding(
    await list(run, named, ["networkpolicies", "-n", namespace]),
    await list(run, named, ["daemonsets", "-A"]),
  );
}
