import { createHash } from "node:crypto";
import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { DeployError, must, type Run } from "../run.ts";
import type { ImageTags } from "../images/images.ts";
import type { Options } from "./options.ts";

export const releaseName = "analyze";
const chart = "ingress";

const serverVersion = z.object({ gitVersion: z.string() });
const history = z.array(z.object({ revision: z.int(), status: z.string(), description: z.string() }));

/** The values of this deployment as helm's arguments. What the person gave comes last, and wins. */
export function valueArguments(options: Options, tags: ImageTags, testAddress: string): string[] {
  const sets = [
    `edge.kind=${options.edge}`,
    `edge.host=${options.host}`,
    `edge.clientCertificates.enabled=${options.mtls}`,
    `web.image.tag=${tags.web}`,
    `worker.image.tag=${tags.worker}`,
    `test.image.tag=${tags.client}`,
    `test.address=${testAddress}`,
    ...options.set,
  ];
  const files = [`${chart}/values.dev.yaml`, ...options.values];
  return [...files.flatMap((file) => ["--values", file]), ...sets.flatMap((pair) => ["--set", pair])];
}

/** The objects as YAML. helm asks no cluster for this, so that it has to be told the version. */
async function render(run: Run, cluster: Cluster, namespace: string, values: string[]): Promise<string> {
  const { gitVersion } = serverVersion.parse(JSON.parse(await cluster.read("get", "--raw", "/version")));
  const args = ["--namespace", namespace, "--kube-version", gitVersion, "--no-hooks", ...values];
  return must(run, "helm", ["template", releaseName, chart, ...args]);
}

/** Whether the release is deployed with exactly these values, and nothing in the cluster differs from them. */
export async function isDeployed(run: Run, cluster: Cluster, namespace: string, values: string[]): Promise<boolean> {
  const where = ["--namespace", namespace, "--kube-context", cluster.context];
  const past = await run("helm", ["history", releaseName, ...where, "--max", "1", "-o", "json"]);
  if (past.code !== 0) return false;
  const [last] = history.parse(JSON.parse(past.stdout));
  const rendered = await render(run, cluster, namespace, values);
  if (last?.status !== "deployed" || last.description !== digestOf(rendered)) return false;
  const difference = await run("kubectl", ["--context", cluster.context, "diff", "-f", "-"], { input: rendered });
  return difference.code === 0;
}

function digestOf(rendered: string): string {
  return `content ${createHash("sha256").update(rendered).digest("hex").slice(0, 16)}`;
}

/** Installs or upgrades and waits until every pod is ready. On failure helm rolls back, and the error says why. */
export async function release(
  run: Run,
  cluster: Cluster,
  { namespace, timeout }: Options,
  values: string[],
): Promise<void> {
  const where = ["--namespace", namespace, "--kube-context", cluster.context];
  const rendered = await render(run, cluster, namespace, values);
  const version = await must(run, "helm", ["version", "--short"]);
  // helm 4 applies server-side, where a field that someone changed by hand is a conflict: what is deployed wins
  const safely = version.startsWith("v3")
    ? ["--atomic"]
    : ["--rollback-on-failure", "--server-side=true", "--force-conflicts"];
  const args = ["upgrade", "--install", releaseName, chart, ...where, "--wait", ...safely, "--timeout", timeout];
  const { code, stderr } = await run("helm", [...args, "--description", digestOf(rendered), ...values]);
  if (code === 0) return;
  const events = await cluster.kubectl(
    "-n",
    namespace,
    "get",
    "events",
    "--field-selector=type=Warning",
    "--sort-by=.lastTimestamp",
    "-o",
    reasons,
  );
  const errors = stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("level=INFO"))
    .join("\n  ");
  const told = [...new Set(events.stdout.split("\n"))].slice(-8).join("\n    ");
  throw new DeployError(
    `helm could not bring it up and has rolled back:\n  ${errors}\n  The cluster said:\n    ${told}`,
  );
}

const reasons = 'jsonpath={range .items[*]}{.involvedObject.name}{": "}{.message}{"\\n"}{end}';
