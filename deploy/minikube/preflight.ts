import type { Finding } from "@analyze/common/finding";
import { failure } from "../run.ts";
import { controllersFindings, howToEnableIngress, platformFindings } from "../cluster/examine.ts";
import { patchController, readControllers } from "../cluster/controller.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { gatewayFindings, readGatewayParts } from "../cluster/gateway-findings.ts";
import { ingress } from "../cluster/objects.ts";
import { loaderFindings, toolFindings } from "../cluster/tools.ts";
import { sharedHostFindings } from "./host-findings.ts";
import type { Options } from "./options.ts";
import { step } from "../progress.ts";

/** Annotation of the namespace with the names of warnings that were shown in full. */
const warnedKey = "analyze.test/warned";

async function hostFindings(cluster: Cluster, { host, namespace }: Options): Promise<Finding[]> {
  return sharedHostFindings(host, namespace, await cluster.list(ingress, "ingresses", "-A"));
}

async function gatewaysFindings(cluster: Cluster, { set }: Options): Promise<Finding[]> {
  return gatewayFindings(await readGatewayParts(cluster), set);
}

async function look(cluster: Cluster, options: Options): Promise<Finding[]> {
  const found = await Promise.all([
    toolFindings(["kubectl", "helm", "docker"]),
    loaderFindings(cluster, options.imageLoader),
    platformFindings(cluster),
    options.edge === "ingress" ? controllersFindings(cluster, "nginx", howToEnableIngress(cluster)) : [],
    [options.edge, options.keep].includes("ingress") ? hostFindings(cluster, options) : [],
    [options.edge, options.keep].includes("gateway") ? gatewaysFindings(cluster, options) : [],
  ]);
  return found.flat().filter(({ state }) => state !== "ok");
}

/** Corrects the settings of the controllers, which other namespaces use, too. Resolves with the names of the changed ones. */
async function patchControllers(cluster: Cluster): Promise<string[]> {
  const changed: string[] = [];
  for (const controller of await readControllers(cluster))
    changed.push(...(await patchController(cluster, controller)));
  return changed;
}

/** Names of the warnings that an earlier deployment into the namespace has shown. */
async function shownBefore(cluster: Cluster, namespace: string): Promise<string[]> {
  const path = `jsonpath={.metadata.annotations.${warnedKey.replaceAll(".", "\\.")}}`;
  return (await cluster.find("namespace", namespace, "-o", path)).split(" ").filter(Boolean);
}

/** Checks tools and cluster and shows the findings. Throws a UserError if a deployment cannot work. */
export async function preflight(cluster: Cluster, options: Options): Promise<Finding[]> {
  if (options.edge === "ingress" && options.patchController)
    await step(
      "Ingress controller",
      () => patchControllers(cluster),
      (changed) => (changed.length > 0 ? `corrected ${changed.join(", ")}` : "nothing to correct"),
    );
  const findings = await step(
    "Preflight",
    () => look(cluster, options),
    (found) => counted(found.length, "finding"),
  );
  show(findings, await shownBefore(cluster, options.namespace));
  return findings;
}

/** Records the shown warnings, so that the next deployment only counts them. */
export async function rememberShown(cluster: Cluster, namespace: string, findings: readonly Finding[]): Promise<void> {
  const names = findings.map(({ name }) => name).join(" ");
  await cluster.read("annotate", "--overwrite", "namespace", namespace, `${warnedKey}=${names}`);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Prints findings. Throws a UserError if one of them is broken. */
export function show(findings: readonly Finding[], known: readonly string[] = []): void {
  process.stdout.write(describeFindings(findings, known));
  const broken = findings.filter(({ state }) => state === "broken").map(({ name }) => name);
  // Their names, for a log that has only errors.
  if (broken.length > 0) throw failure(`Correct the findings marked ✗ (${broken.join(", ")}), then run this again.`);
}

/** Findings as lines. Warnings in `known` are only counted; a hint shared by consecutive findings is shown once, below the last. */
export function describeFindings(findings: readonly Finding[], known: readonly string[] = []): string {
  const isKnown = ({ name, state }: Finding): boolean => state === "warning" && known.includes(name);
  const old = findings.filter(isKnown).map(({ name }) => name);
  const fresh = findings.filter((finding) => !isKnown(finding));
  const lines = fresh.map((finding, at) => {
    const { name, state, saw, means, next } = finding;
    const following = fresh[at + 1];
    const isShared = following !== undefined && following.state === state && following.next === next;
    const head = `  ${state === "broken" ? "✗" : "!"} ${name}: ${means === undefined ? saw : `${saw}: ${means}`}\n`;
    return isShared ? head : head + (next ?? "").replaceAll(/^.+$/gm, "      → $&") + (next ? "\n" : "");
  });
  if (old.length > 0) {
    lines.push(
      `  ! ${counted(old.length, "warning")} as before: ${old.join(", ")}\n      → to see them: npm run doctor:cluster\n`,
    );
  }
  return lines.join("");
}
