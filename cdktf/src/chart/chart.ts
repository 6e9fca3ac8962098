import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterNames } from "../cluster/names.ts";
import { findPlace } from "../state/find-place.ts";
import { notDeployed, readOutputs, withoutCluster } from "../state/outputs.ts";
import { kubernetes, type Kubernetes } from "../../../deploy/cluster/cluster.ts";
import { project } from "../../../deploy/images/docker.ts";
import { tagsOf } from "../../../deploy/images/images.ts";
import { readRecord } from "../../../deploy/images/record.ts";
import { announce } from "../../../deploy/progress.ts";
import { failure, must } from "../../../deploy/run.ts";
import { requireImages } from "../images/required.ts";
import { ensureGates } from "./gates.ts";
import { ownChart } from "./own-chart.ts";
import { install, prepare, publicControllerChart } from "./prepare.ts";
import { chartValues, output, tokensSecret } from "./values.ts";
import { runningRevision, verify } from "./verify.ts";

export interface ChartOptions {
  /** Context of the kubeconfig to use. Undefined: the AWS CLI gives access to the stage's cluster. */
  readonly context?: string;
  /** The controller's chart, a folder or an archive, where its repository cannot be reached. */
  readonly controllerChart?: string;
  /** Record of pushed images (dist/images.json), which run by digest. Undefined: this checkout's images, by tag. */
  readonly images?: string;
  /** Send one verified POST through the edge afterwards, and roll back if it fails. */
  readonly verify?: boolean;
}

/** Installs web and worker in the stage's cluster, behind its load balancer, after the add-ons that they need. */
export async function chart({ context, controllerChart, images, verify: verifies }: ChartOptions): Promise<void> {
  const place = await findPlace(process.env);
  const { stage } = place;
  const outputs = await readOutputs(place);
  const region = outputs.get("region") ?? place.region;
  if (outputs.size === 0) throw failure(notDeployed(stage));
  if (!outputs.has("target-group")) {
    throw failure(withoutCluster(stage));
  }
  const clusterName = output(outputs, "cluster-name");
  const tags = tagsOf(project);
  const record = images === undefined ? null : readRecord(images);
  const values = chartValues(outputs, tags, record);
  if (record === null) await requireImages(outputs, tags, region);
  const additions = {
    controllerImage: outputs.get("aws-load-balancer-controller-image") ?? null,
    autoscalerImage: outputs.get("cluster-autoscaler-image") ?? null,
    volumes: outputs.has("secret-arn"),
    metricsCidrs: outputs.get("metrics-cidrs")?.split(",") ?? [],
  };
  const facts = { clusterName, region, vpcId: output(outputs, "cluster-network") };
  await withCluster({ clusterName, region, context }, async (cluster) => {
    await preflight(cluster, clusterName);
    if (await succeeds(cluster, "auth", "can-i", "create", "clusterroles", "--quiet")) {
      announce(`namespace ${clusterNames.namespace}, rights, missing components`);
      await prepare(
        cluster,
        facts,
        additions,
        controllerChart === undefined ? publicControllerChart : [controllerChart],
      );
    } else if (!(await succeeds(cluster, "get", "targetgroupbindings", "-n", clusterNames.namespace))) {
      throw failure(
        `${clusterName} is not prepared, and this role may not prepare it: run this once as ANALYZE_CLUSTER_ADMIN_ROLE.`,
      );
    }
    if (outputs.has("secret-arn")) await requireTokens(cluster);
    await installOwn(cluster, values, verifies === true);
  });
}

async function installOwn(cluster: Kubernetes, values: object, verifies: boolean): Promise<void> {
  const { namespace } = clusterNames;
  const before = await runningRevision(cluster, namespace);
  announce("web and worker, until the balancer reports them healthy");
  await install(cluster, { name: "analyze", namespace, chart: ownChart, values, minutes: 15 });
  await ensureGates(cluster, namespace, 15);
  if (verifies) await verify(cluster, namespace, before);
}

async function requireTokens(cluster: Kubernetes): Promise<void> {
  const { namespace } = clusterNames;
  if ((await cluster.find("secret", tokensSecret, "-n", namespace, "-o", "name")) !== "") return;
  throw failure(
    `Tasks are on in this stage, for callers with a token, but the Secret ${tokensSecret} does not exist. Write a line NAME SHA256 for each token ` +
      `into a file named tokens (docs/queue.md), then: kubectl -n ${namespace} create secret generic ${tokensSecret} --from-file=tokens`,
  );
}

async function succeeds(cluster: Kubernetes, ...args: string[]): Promise<boolean> {
  return (await cluster.kubectl(...args)).code === 0;
}

async function preflight(cluster: Kubernetes, clusterName: string): Promise<void> {
  if (await succeeds(cluster, "get", "--raw", "/readyz", "--request-timeout=15s")) return;
  throw failure(
    `The API server of ${clusterName} does not answer. It has an address inside the cluster's network only: run this from there ` +
      "or over a VPN, or deploy with ANALYZE_API_CIDR set to your address. Its roles are ANALYZE_CLUSTER_ADMIN_ROLE and …_DEPLOYER_ROLE: is yours one?",
  );
}

interface Place {
  readonly clusterName: string;
  readonly region: string;
  readonly context: string | undefined;
}

/** A kubeconfig for this run only, unless a context is named: a person's current context is neither used nor changed. */
async function withCluster(place: Place, work: (cluster: Kubernetes) => Promise<void>): Promise<void> {
  const { clusterName, region, context } = place;
  if (context !== undefined) return work(kubernetes(context));
  const folder = mkdtempSync(join(tmpdir(), "analyze-cluster-"));
  try {
    const env = { KUBECONFIG: join(folder, "config") };
    await must("aws", ["eks", "update-kubeconfig", "--name", clusterName, "--region", region], { env });
    await work(kubernetes(undefined, env));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
