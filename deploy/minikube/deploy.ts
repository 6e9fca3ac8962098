import { dateOf, factsOf, read, warningsOf } from "@analyze/certs";
import { clusterImages } from "@analyze/common/images";
import type { Cluster } from "../cluster/cluster.ts";
import { node } from "../cluster/objects.ts";
import { buildImage, hasImage, project } from "../images/docker.ts";
import { tagsOf } from "../images/images.ts";
import { absentImages, loadImages } from "../images/load.ts";
import { readRecord } from "../images/record.ts";
import { step } from "../progress.ts";
import { failure } from "../run.ts";
import { adoptDrift, installedObjects } from "./drift.ts";
import { droppedGuards } from "./guards.ts";
import { driverAdvice, driverOf, hostnameFinding, whereabouts } from "./hostname.ts";
import { nodePortUrl } from "./node-port.ts";
import type { Options } from "./options.ts";
import { outliveHelm } from "./outlive-helm.ts";
import { preflight, rememberShown, show } from "./preflight.ts";
import { candidates, findEdge, insideAddress } from "./reach.ts";
import { untilReady } from "./ready.ts";
import { type Images, isDeployed, recover, release, render, valueArguments } from "./release.ts";
import { applyStoreSecrets, requireTokens, restart, usersOf } from "./store-secrets.ts";
import { applyNamespace, applyTrust, caFindings, deployedCa, issue, outliveDeletion, trustedCa } from "./trust.ts";
import { postVerified } from "./verify.ts";

/** Image of the chart's edge.kind=nginx: loaded where Docker has it; a node that lacks it pulls it otherwise. */
export const nginxImage = "nginx:stable-bookworm";

/** Builds missing images. Resolves with what it built. */
async function build(references: readonly (readonly [(typeof clusterImages)[number], string])[]): Promise<string[]> {
  const built: string[] = [];
  for (const [image, reference] of references) {
    if (await hasImage(reference)) continue;
    await buildImage(image, [reference]);
    built.push(image);
  }
  return built;
}

/** The images to run: pushed ones by digest, or built ones by tag. */
function chosenImages({ images: file }: Options): Images {
  return file === undefined ? { tags: tagsOf(project) } : { record: readRecord(file) };
}

/** Loads the images that a node lacks, and builds them first where Docker has none. A node that was cordoned lacks those of an unchanged release. */
async function bringImages(cluster: Cluster, options: Options, chosen: Images, isThere: boolean): Promise<void> {
  if ("record" in chosen) {
    process.stdout.write(`▸ Images … pulled by the cluster: version ${chosen.record.version}, by digest\n`);
    return;
  }
  const { tags } = chosen;
  const ours = clusterImages.map((image) => [image, `analyze/${image}:${tags[image]}`] as const);
  const nginx = [options.edge, options.keep].includes("nginx") && (await hasImage(nginxImage)) ? [nginxImage] : [];
  const references = [...ours.map(([, reference]) => reference), ...nginx];
  const absent = absentImages(await cluster.list(node, "nodes"), references, isThere);
  if (absent.length === 0) {
    process.stdout.write("▸ Images … every node has them\n");
    return;
  }
  await step(
    "Images",
    () => build(ours.filter(([, reference]) => absent.includes(reference))),
    (built) => (built.length ? `built ${built.join(", ")}` : "Docker has them"),
  );
  await step(
    `Loading them into ${cluster.nodes.join(", ")}`,
    () => loadImages(cluster, options.imageLoader, absent),
    (loaded) => `loaded ${loaded.length}`,
  );
}

async function reach(cluster: Cluster, options: Options, driver: string | undefined): Promise<string> {
  const found = await findEdge(await candidates(cluster, options), options.host, trustedCa(options), 60_000);
  if ("address" in found) return found.address;
  const advice = driverAdvice({ platform: process.platform, driver });
  throw failure(
    ["The release runs, but the edge cannot be reached from here:", ...found.reasons, ...advice].join("\n  "),
  );
}

async function bringUp(cluster: Cluster, options: Options, values: readonly string[], rendered: string): Promise<void> {
  const recovered = await recover(cluster, options);
  if (recovered !== undefined) process.stdout.write(`▸ Recovery … ${recovered}\n`);
  const installed = await installedObjects(cluster, options.namespace);
  show(droppedGuards(installed, rendered));
  const drifted = await adoptDrift(cluster, options.namespace, installed);
  if (drifted.length > 0) process.stdout.write(`▸ Changes by hand … removed from ${drifted.join(", ")}\n`);
  await step(
    "Helm release",
    () => release(cluster, options, values, rendered),
    () => "every pod is ready",
  );
  // Without its address, a node's port would be found first. A cluster without load balancers has no address to wait for.
  if (options.edge === "gateway")
    await cluster.kubectl(
      "-n",
      options.namespace,
      "wait",
      "gateway/analyze",
      "--for=condition=Programmed",
      "--timeout=15s",
    );
}

/** A Gateway gets its address after the release. `helm test` needs a second upgrade with the address, which changes no pod. */
async function completeTestAddress(cluster: Cluster, options: Options, chosen: Images, known: string): Promise<void> {
  if (options.edge !== "gateway") return;
  const address = await insideAddress(cluster, options);
  if (address === known) return;
  const values = valueArguments(options, chosen, address);
  await release(cluster, options, values, await render(cluster, options.namespace, ...values));
}

/** Deploys to a cluster in any state, up to a verified answer at the edge. A second run changes nothing. */
export async function deploy(cluster: Cluster, options: Options): Promise<void> {
  requireTokens(options);
  const chosen = chosenImages(options);
  const findings = await preflight(cluster, options);
  await outliveHelm(cluster, options.namespace);
  await outliveDeletion(cluster, options.namespace);
  const inside = await insideAddress(cluster, options);
  const values = valueArguments(options, chosen, inside);
  // before anything is made: the chart refuses wrong values
  const rendered = await render(cluster, options.namespace, ...values);
  const isThere = await isDeployed(cluster, options.namespace, values, rendered);
  await step(
    "Certificates",
    () => issue(options),
    (all) => all.map(({ name, done }) => `${name} ${done}`).join(", "),
  );
  show(caFindings(await deployedCa(cluster, options.namespace), trustedCa(options), options.certificates));
  await bringImages(cluster, options, chosen, isThere);
  const made = await step(`Namespace ${options.namespace}, Secrets and CA`, async () => {
    await applyNamespace(cluster, options.namespace);
    await rememberShown(cluster, options.namespace, findings);
    await applyTrust(cluster, options);
    return applyStoreSecrets(cluster, options);
  });
  await restartFor(cluster, options, made);
  if (isThere) {
    await step(
      "Helm release",
      () => untilReady(cluster, options),
      () => "unchanged, every pod is ready",
    );
  } else await bringUp(cluster, options, values, rendered);
  const driver = await driverOf(cluster);
  const address = await step(
    "Reaching the edge",
    () => reach(cluster, options, driver),
    (found) => found,
  );
  await completeTestAddress(cluster, options, chosen, inside);
  const printed = await step("A verified POST through it", () => postVerified(project, options, address));
  process.stdout.write(`${printed}\n`);
  const url = options.nodePort ? await publishedUrl(cluster, options) : undefined;
  show(await hostnameFinding(options, address, process.platform));
  process.stdout.write(`\n${whereabouts(options, address)}\n${renewalOf(options)}`);
  if (url !== undefined) process.stdout.write(`web past the edge, without TLS and its limits: ${url}\n`);
}

/** After a Secret was deleted by hand and made again. */
async function restartFor(cluster: Cluster, options: Options, made: readonly string[]): Promise<void> {
  const users = await usersOf(cluster, options, made);
  if (users.length === 0) return;
  await step(
    `New passwords (${made.join(", ")})`,
    () => restart(cluster, options, users),
    () => `restarted ${users.join(", ")}`,
  );
}

function publishedUrl(cluster: Cluster, options: Options): Promise<string> {
  return step(
    "A POST through web's node port",
    () => nodePortUrl(cluster, options),
    (url) => url,
  );
}

/** When and how the certificate is renewed, and what a person must do. */
function renewalOf({ certificates }: Options): string {
  const leaf = read(certificates, "tls");
  const until = leaf && dateOf(factsOf(leaf).notAfter);
  const how = `The certificate is valid until ${until}. Renew it with "npm run tls:renew", or on a timer with "-- --due".`;
  return `${[how, ...warningsOf(certificates)].join("\n")}\n`;
}
