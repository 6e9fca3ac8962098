import { readFileSync } from "node:fs";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { loadImages } from "../../deploy/images/load.ts";
import { nginxImage } from "../../deploy/minikube/deploy.ts";
import { run } from "../../deploy/run.ts";
import { candidates, findEdge, splitAddress } from "../../deploy/minikube/reach.ts";
import { settleEdge } from "../../deploy/minikube/edge.ts";
import { readOptions, type Options } from "../../deploy/minikube/options.ts";
import type { Target } from "../load/exchange.ts";

/** A cluster with the deployed system, and how to reach it from here. */
export interface World {
  cluster: Cluster;
  namespace: string;
  host: string;
  /** `ip:port` of the edge, over TLS and in clear. */
  address: string;
  clearAddress: string;
  /** PEM of the CA that clients trust. */
  ca: string;
  /** Folder of certificates. */
  certificates: string;
  /** `POST /analyze` through the edge, for test/load. */
  target: Target;
  /** The options of the deployment, and its output. */
  options: readonly string[];
  printed: string;
}

/** Runs one of the npm scripts of deploy/minikube as a person would. Throws with its output if it fails. */
export async function script(action: "deploy" | "undeploy" | "renew", ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, ["deploy/minikube/main.ts", action, "--yes", ...args]);
  if (code !== 0) throw new Error(`${action} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Deploys with these options (no change if already deployed). Returns how to reach it. */
export async function deployed(...args: string[]): Promise<World> {
  const printed = await script("deploy", ...args);
  const cluster = await connect();
  const { options } = await settleEdge(cluster, readOptions(["deploy", ...args], {}));
  return { ...(await reached(cluster, options)), options: args, printed };
}

/** How to reach the deployment with these options. */
export async function reached(cluster: Cluster, options: Options): Promise<World> {
  const { host, namespace, certificates } = options;
  const ca = readFileSync(`${certificates}/ca.crt`, "utf8");
  const edge = await findEdge(await candidates(cluster, options), host, ca, 20_000);
  if (!("address" in edge)) throw new Error(`no edge: ${edge.reasons.join(", ")}`);
  const { host: ip, port } = splitAddress(edge.address);
  const address = `${ip}:${port}`;
  const nodePort = 'jsonpath={.spec.ports[?(@.name=="http")].nodePort}';
  const clear =
    options.edge === "nginx" ? await cluster.read("-n", namespace, "get", "service/edge", "-o", nodePort) : 80;
  const clearAddress = `${ip}:${clear}`;
  const target = { url: `https://${host}/analyze`, address, ca };
  return { cluster, namespace, host, address, clearAddress, ca, certificates, target, options: [], printed: "" };
}

/** Values without autoscaling: two pods of each, unless an experiment changes it. */
export const fixedSize = "web.autoscaling.enabled=false,worker.autoscaling.enabled=false";

/** Existing pods of one component, ready or not, in the order of their names. */
export async function podsOf({ cluster, namespace }: World, component: string): Promise<string[]> {
  const selector = `app.kubernetes.io/name=analyze,app.kubernetes.io/component=${component}`;
  const running = await cluster.read("-n", namespace, "get", "pods", "-l", selector, "-o", alive);
  return running.split("\n").filter(Boolean).sort();
}

const alive =
  'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\\n"}}{{end}}{{end}}';

/** Resolves when every pod of these Deployments is updated and available. */
export async function settled(
  { cluster, namespace }: Pick<World, "cluster" | "namespace">,
  ...deployments: string[]
): Promise<void> {
  for (const name of deployments) {
    await cluster.read("-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=180s");
  }
}

/** Log lines of all pods of one component in the last minutes. */
export function logsOf({ cluster, namespace }: World, component: string): Promise<string> {
  const selector = `--selector=app.kubernetes.io/component=${component}`;
  return cluster.read(
    "-n",
    namespace,
    "logs",
    selector,
    "--all-containers",
    "--tail=-1",
    "--since=5m",
    "--max-log-requests=20",
  );
}

/** Loads nginx's image into the nodes, which deploy does only for a release with that edge. */
export async function loadNginx(cluster: Cluster): Promise<void> {
  await loadImages(cluster, readOptions(["deploy"], process.env).imageLoader, [nginxImage]);
}
