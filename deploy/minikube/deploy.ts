import type { Cluster } from "../cluster/cluster.ts";
import { DeployError, type Run } from "../run.ts";
import { patchController, readController } from "../cluster/controller.ts";
import { controllerFindings } from "../cluster/controller-findings.ts";
import { describeFindings, type Finding } from "../cluster/finding.ts";
import { driverAdvice, driverOf, hostnameFinding } from "./hostname.ts";
import { buildImages, imageNames, loadImages, localNginx, tagsOf, type ImageTags } from "../images/images.ts";
import type { Options } from "./options.ts";
import { clusterFindings, localFindings } from "../cluster/preflight.ts";
import { candidates, findEdge, insideAddress } from "./reach.ts";
import { isDeployed, release, valueArguments } from "./release.ts";
import { step } from "../step.ts";
import { applyNamespace, applyTrust, issue, trustedCa } from "./trust.ts";
import { postVerified } from "./verify.ts";

function say(findings: readonly Finding[]): void {
  process.stdout.write(describeFindings(findings));
  const stops = findings.filter(({ level }) => level === "stop");
  if (stops.length > 0) throw new DeployError(`Mend what is marked ✗ (${stops.length}), then run this again.`);
}

async function preflight(run: Run, cluster: Cluster, options: Options): Promise<void> {
  say(
    await step(
      "Preflight",
      () => look(run, cluster, options),
      (found) => `${found.length} findings`,
    ),
  );
}

async function look(run: Run, cluster: Cluster, options: Options): Promise<Finding[]> {
  const found = [...(await localFindings(run)), ...(await clusterFindings(run, cluster, options))];
  if (options.edge !== "ingress") return found;
  const controller = await readController(cluster);
  if (!controller) return found;
  if (options.patchController) await patchController(cluster, controller);
  const now = options.patchController ? await readController(cluster) : controller;
  return [...found, ...controllerFindings(now ?? controller)];
}

async function images(run: Run, cluster: Cluster, options: Options, tags: ImageTags): Promise<void> {
  await step(
    "Images",
    () => buildImages(run, process.cwd(), tags),
    (built) => (built.length ? `built ${built.join(", ")}` : "unchanged"),
  );
  const ours = imageNames.map((name) => `analyze/${name}:${tags[name]}`);
  const nginx = options.edge === "nginx" ? await localNginx(run) : [];
  await step(
    `Loading them into ${cluster.nodes.join(", ")}`,
    () => loadImages(run, cluster, options.imageLoader, [...ours, ...nginx]),
    (loaded) => (loaded.length ? `loaded ${loaded.length}` : "all are there"),
  );
}

async function reach(cluster: Cluster, options: Options, driver: string | undefined): Promise<string> {
  const found = await findEdge(await candidates(cluster, options), options.host, trustedCa(options), 60_000);
  if ("address" in found) return found.address;
  const advice = driverAdvice({ platform: process.platform, driver });
  throw new DeployError(["It runs, but the edge was not reached from here:", ...found.reasons, ...advice].join("\n  "));
}

/** Takes a cluster from whatever it has to a verified answer at the edge. Run again, it changes nothing. */
export async function deploy(run: Run, cluster: Cluster, options: Options): Promise<void> {
  const root = process.cwd();
  await preflight(run, cluster, options);
  await step(
    "Certificates",
    () => issue(options),
    (all) => all.map(({ name, done }) => `${name} ${done}`).join(", "),
  );
  const tags = tagsOf(root);
  const values = valueArguments(options, tags, await insideAddress(cluster, options));
  const isThere = await isDeployed(run, cluster, options.namespace, values);
  if (!isThere) await images(run, cluster, options, tags);
  await step(`Namespace ${options.namespace}, Secret and CA`, async () => {
    await applyNamespace(cluster, options.namespace);
    await applyTrust(cluster, options);
  });
  if (isThere) process.stdout.write("▸ Release … unchanged: what runs is what would be deployed\n");
  else
    await step(
      "Release",
      () => release(run, cluster, options, values),
      () => "every pod is ready",
    );
  const driver = await driverOf(run, cluster);
  const address = await step(
    "Reaching the edge",
    () => reach(cluster, options, driver),
    (found) => found,
  );
  const printed = await step("A verified POST through it", () => postVerified(run, root, options, address));
  process.stdout.write(`${printed}\n`);
  say(await hostnameFinding(options.host, address, process.platform));
  process.stdout.write(
    `\nhttps://${options.host} is at ${address}. Trust ${options.certificates}/ca.crt, nothing less.\n`,
  );
}
