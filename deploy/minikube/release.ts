import { createHash } from "node:crypto";
import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { historyOf } from "../cluster/history.ts";
import { rollingBack } from "../cluster/roll-back.ts";
import { event, type Event, type Revision } from "../cluster/objects.ts";
import { readJson } from "../cluster/read-json.ts";
import { clusterImages } from "@analyze/common/images";
import type { ImageTags } from "../images/images.ts";
import { type ImageRecord, pushedImage } from "../images/record.ts";
import { failure, run } from "../run.ts";
import { hasDrift } from "./drift.ts";
import type { Options } from "./options.ts";
import { names } from "./trust.ts";

export const releaseName = "analyze";
const chart = "ingress";

const serverVersion = z.object({ gitVersion: z.string() });

/** What a cluster runs: images that were built here, by the tags of their content, or pushed ones, by digest. */
export type Images = { readonly tags: ImageTags } | { readonly record: ImageRecord };

/** The chart's name for each image. */
const imageKeys = { web: "web", worker: "worker", client: "test" } as const;

/** The chart's values for these images. Throws a UserError where a record lacks one. Pure. */
function imageValues(images: Images): string[] {
  if ("tags" in images) return clusterImages.map((name) => `${imageKeys[name]}.image.tag=${images.tags[name]}`);
  const { record } = images;
  const pushed = clusterImages.flatMap((name) => {
    const { repository, digest } = pushedImage(record, name);
    return [`${imageKeys[name]}.image.repository=${repository}`, `${imageKeys[name]}.image.digest=${digest}`];
  });
  // the values of stage dev are for images that are loaded into the nodes
  return ["image.pullPolicy=IfNotPresent", ...pushed];
}

/** The values of this deployment as helm's arguments. The person's values come last, and override. */
export function valueArguments(options: Options, images: Images, testAddress: string): string[] {
  const sets = [
    `edge.kind=${options.edge}`,
    `edge.host=${options.host}`,
    `edge.clientCertificates.enabled=${options.mtls}`,
    ...(options.nodePort ? ["web.service.type=NodePort"] : []),
    `redis.passwordSecretName=${names.redis}`,
    `mongodb.passwordSecretName=${names.mongodb}`,
    `mongodb.adminSecretName=${names.mongodbAdmin}`,
    ...(options.tokens === undefined ? [] : [`auth.tokensSecretName=${names.tokens}`]),
    ...imageValues(images),
    `test.address=${testAddress}`,
    ...options.set,
  ];
  const files = [`${chart}/values.${options.stage}.yaml`, ...options.values];
  return [...files.flatMap((file) => ["--values", file]), ...sets.flatMap((pair) => ["--set", pair])];
}

/** The objects as YAML, with those of `helm test`. `helm template` connects to no cluster, so it needs the version. */
export async function render(cluster: Cluster, namespace: string, ...values: readonly string[]): Promise<string> {
  const { gitVersion } = readJson(
    serverVersion,
    await cluster.read("get", "--raw", "/version"),
    "kubectl get --raw /version",
  );
  const args = ["--namespace", namespace, "--kube-version", gitVersion, ...values];
  const { code, stdout, stderr } = await run("helm", ["template", releaseName, chart, ...args]);
  if (code === 0) return stdout;
  const faults = stderr.split("\n").filter((line) => /^ *- /.test(line));
  throw failure(faults.length === 0 ? errorsIn(stderr) : `The chart refuses these values:\n${faults.join("\n")}`);
}

/** Whether the Helm release is deployed with exactly these values, which give the chart as `rendered`, without drift in the cluster. */
export async function isDeployed(
  cluster: Cluster,
  namespace: string,
  values: readonly string[],
  rendered: string,
): Promise<boolean> {
  const last = (await historyOf(cluster, releaseName, namespace)).at(-1);
  if (last?.status !== "deployed" || last.description !== digestOf(rendered)) return false;
  // A hook's objects exist only after it ran.
  const input = await render(cluster, namespace, "--no-hooks", ...values);
  const difference = await run("kubectl", ["--context", cluster.context, "diff", "-f", "-"], { input });
  return difference.code === 0 && !(await hasDrift(cluster, namespace));
}

function digestOf(rendered: string): string {
  return `content ${createHash("sha256").update(rendered).digest("hex").slice(0, 16)}`;
}

/** How to recover a Helm release that an interrupted command left locked; undefined if it is not locked. Pure. */
export function recoveryOf(history: readonly Revision[]): { rollBackTo: number } | "uninstall" | undefined {
  const last = history.at(-1);
  const good = history.findLast(({ status }) => status === "deployed" || status === "superseded");
  if (last === undefined || last.status === "deployed" || last.status === "uninstalled") return undefined;
  if (last.status === "uninstalling" || good === undefined) return "uninstall";
  return last.status.startsWith("pending-") ? { rollBackTo: good.revision } : undefined;
}

/** Recovers a Helm release that an interrupted command left locked. Resolves with what it did; undefined: nothing. */
export async function recover(cluster: Cluster, { namespace, timeout }: Options): Promise<string | undefined> {
  const history = await historyOf(cluster, releaseName, namespace);
  const recovery = recoveryOf(history);
  if (recovery === undefined) return undefined;
  const { revision: number, status } = history.at(-1) ?? { revision: 0, status: "unknown" };
  const args =
    recovery === "uninstall" ? ["uninstall", releaseName] : ["rollback", releaseName, String(recovery.rollBackTo)];
  const { code, stderr } = await cluster.helm([...args, "--namespace", namespace, "--wait", "--timeout", timeout]);
  const found = `an interrupted command left revision ${number} ${status}`;
  if (code !== 0) throw failure(`${found}, and \`helm ${args.join(" ")}\` failed:\n  ${errorsIn(stderr)}`);
  return `${found}: ${recovery === "uninstall" ? "removed" : `rolled back to revision ${recovery.rollBackTo}`}`;
}

/** Installs or upgrades, with values that give the chart as `rendered`, and waits until every pod is ready. On failure helm rolls back, and the error says why. */
export async function release(
  cluster: Cluster,
  options: Options,
  values: readonly string[],
  rendered: string,
): Promise<void> {
  const { namespace, timeout } = options;
  const before = await historyOf(cluster, releaseName, namespace);
  const known = new Set((await warnings(cluster, namespace)).map(identityOf));
  const args = [
    "upgrade",
    "--install",
    releaseName,
    chart,
    "--namespace",
    namespace,
    "--wait",
    ...(await rollingBack()),
  ];
  const described = ["--timeout", timeout, "--description", digestOf(rendered), ...values];
  const { code, stderr } = await cluster.helm([...args, ...described]);
  if (code === 0) return;
  const outcome = describeOutcome(before, await historyOf(cluster, releaseName, namespace));
  const fresh = (await warnings(cluster, namespace)).filter((one) => !known.has(identityOf(one)));
  throw failure(`${outcome}\n  ${errorsIn(stderr)}${quote(eventsOf(rendered, fresh))}${adviceOn(stderr)}`);
}

/** The result of a failed upgrade, by the revisions before and after it. Pure. */
export function describeOutcome(before: readonly Revision[], after: readonly Revision[]): string {
  const last = after.at(-1);
  if (last === undefined) {
    return before.length === 0
      ? "helm could not install it. Nothing is installed:"
      : "the pods did not become ready. Helm removed the release:";
  }
  if (last.revision === before.at(-1)?.revision) return "helm refused it. Nothing was changed:";
  if (last.status === "deployed") return `the pods did not become ready. Helm rolled back (${last.description}):`;
  return `the upgrade failed, and revision ${last.revision} is ${last.status}. Deploy again to recover:`;
}

function errorsIn(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("level=INFO"));
  return lines.join("\n  ");
}

/** What to do about an error of helm whose own words do not say it, with a line break before it. Pure. */
export function adviceOn(stderr: string): string {
  const [, port] = /(\d+): provided port is already allocated/.exec(stderr) ?? [];
  if (port === undefined) return "";
  return `\n  To see whose it is: kubectl get services -A | grep ${port}\n  To let the cluster choose: --set edge.nginx.service.nodePorts.https=null,edge.nginx.service.nodePorts.http=null`;
}

function warnings(cluster: Cluster, namespace: string): Promise<Event[]> {
  return cluster.list(event, "events", "-n", namespace, "--field-selector=type=Warning", "--sort-by=.lastTimestamp");
}

function identityOf({ metadata }: Event): string {
  return `${metadata.name} ${metadata.resourceVersion}`;
}

/** The events of the objects in `rendered` and of their pods, as text. Pure. */
export function eventsOf(rendered: string, events: readonly Event[]): string[] {
  const known = [...rendered.matchAll(/^ {2}name: "?([^"\s]+)"?$/gm)].map(([, name]) => name);
  const isOurs = ({ involvedObject: { name } }: Event): boolean =>
    known.some((own) => name === own || name.startsWith(`${own}-`));
  return [...new Set(events.filter(isOurs).map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`))];
}

function quote(said: readonly string[]): string {
  return said.length === 0 ? "" : `\n  The cluster said:\n    ${said.slice(-8).join("\n    ")}`;
}
