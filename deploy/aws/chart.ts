import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tagsOf } from "../images/images.ts";
import { clusterNames } from "../../cdktf/src/cluster/names.ts";
import { prepare, publicControllerChart } from "./prepare.ts";
import { ClusterError, ClusterTools, run } from "../cluster/tools.ts";
import { readConfig } from "../../cdktf/src/config.ts";
import { project } from "../images/push.ts";
import { stackFolder, Terraform } from "../terraform/terraform.ts";
import { step } from "../progress.ts";
import { chartValues, output } from "./values.ts";

export interface ChartOptions {
  /** Context of the kubeconfig to use. Undefined: the AWS CLI is asked for the cluster of the stage. */
  readonly context?: string;
  /** The controller's chart, a folder or an archive, where its repository cannot be reached. */
  readonly controllerChart?: string;
}

/** Brings web and worker into the stage's cluster and behind its balancer; what the cluster lacks for that, before. */
export function chart({ context, controllerChart }: ChartOptions): void {
  const { stage, region } = readConfig(process.env);
  const outputs = new Terraform(stackFolder(stage)).outputs();
  if (!outputs.has("target-group")) {
    throw new ClusterError(
      `Stage ${stage} has no cluster: set ANALYZE_STAGE to a stage that has one, or use \`npm run deploy:minikube\`.`,
    );
  }
  const clusterName = output(outputs, "cluster-name");
  const values = chartValues(outputs, tagsOf(project));
  const facts = { clusterName, region, vpcId: output(outputs, "cluster-network") };
  withTools({ clusterName, region, context }, (tools) => {
    preflight(tools, clusterName);
    if (tools.answers(["auth", "can-i", "create", "clusterroles", "--quiet"])) {
      step(`namespace ${clusterNames.namespace}, rights, AWS Load Balancer Controller`);
      prepare(tools, facts, controllerChart === undefined ? publicControllerChart : [controllerChart]);
    } else if (!tools.answers(["get", "targetgroupbindings", "-n", clusterNames.namespace])) {
      throw new ClusterError(
        `${clusterName} is not prepared, and this role may not do it: run this once as ANALYZE_CLUSTER_ADMIN_ROLE.`,
      );
    }
    step("web and worker, until the balancer finds them healthy");
    const own = [join(project, "ingress"), "--values", join(project, "ingress/values.prod.yaml")];
    tools.release("analyze", clusterNames.namespace, own, values, 15);
  });
}

function preflight(tools: ClusterTools, clusterName: string): void {
  if (tools.answers(["get", "--raw", "/readyz", "--request-timeout=15s"])) return;
  throw new ClusterError(
    `The API server of ${clusterName} does not answer. It has an address inside the cluster's network only: run this from there ` +
      "or over a VPN, or deploy with ANALYZE_API_CIDR set to your address. Its roles are ANALYZE_CLUSTER_ADMIN_ROLE and …_DEPLOYER_ROLE: is yours one?",
  );
}

interface Place {
  readonly clusterName: string;
  readonly region: string;
  readonly context: string | undefined;
}

/** A kubeconfig of this run alone, unless a context is named: a person's current context is neither used nor changed. */
function withTools({ clusterName, region, context }: Place, work: (tools: ClusterTools) => void): void {
  if (context !== undefined) return work(new ClusterTools(process.env, context));
  const folder = mkdtempSync(join(tmpdir(), "analyze-cluster-"));
  try {
    const env = { ...process.env, KUBECONFIG: join(folder, "config") };
    run("aws", ["eks", "update-kubeconfig", "--name", clusterName, "--region", region], env);
    work(new ClusterTools(env));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
