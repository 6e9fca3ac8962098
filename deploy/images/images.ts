import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { DeployError, must, type Run } from "../run.ts";

/** The images, and the files that each is made of besides {@link common}. */
const sources = {
  web: ["server/src/{web,shared,contract}/**/*"],
  worker: ["server/src/{worker,shared,contract}/**/*"],
  client: ["client/src/**/*", "server/src/contract/**/*"],
} as const;
const common = [
  "Dockerfile",
  ".dockerignore",
  "package.json",
  "package-lock.json",
  "{certs,common,server,client}/package.json",
  "common/src/**/*",
  "scripts/build.ts",
];

type ImageName = keyof typeof sources;
export const imageNames: readonly ImageName[] = ["web", "worker", "client"];

/** Tag that changes when, and only when, what the image is made of does. */
function contentTag(root: string, name: ImageName): string {
  const files = [...common, ...sources[name]]
    .flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  return `src-${hash.digest("hex").slice(0, 16)}`;
}

/** Tags of all images. */
export type ImageTags = Record<ImageName, string>;

export function tagsOf(root: string): ImageTags {
  const tag = (name: ImageName): string => contentTag(root, name);
  return { web: tag("web"), worker: tag("worker"), client: tag("client") };
}

/** Builds what Docker does not have yet. Returns the names that were built. */
export async function buildImages(run: Run, root: string, tags: ImageTags): Promise<ImageName[]> {
  if (!existsSync(join(root, "Dockerfile"))) throw new DeployError(`there is no Dockerfile in ${root}`);
  const built: ImageName[] = [];
  for (const name of imageNames) {
    const reference = `analyze/${name}:${tags[name]}`;
    if ((await run("docker", ["image", "inspect", reference])).code === 0) continue;
    await must(run, "docker", ["build", "--target", name, "--tag", reference, root]);
    built.push(name);
  }
  return built;
}

const nodeImages = z.object({
  items: z.array(
    z.object({
      status: z.object({ images: z.array(z.object({ names: z.array(z.string()).default([]) })).default([]) }),
    }),
  ),
});

/** The images that some node does not say it has. (A node names 50 at most, and is some seconds late.) */
async function absentImages(cluster: Cluster, references: readonly string[]): Promise<string[]> {
  const { items } = nodeImages.parse(JSON.parse(await cluster.read("get", "nodes", "-o", "json")));
  const perNode = items.map(({ status }) => new Set(status.images.flatMap(({ names }) => names)));
  const registries = ["", "docker.io/", "docker.io/library/"];
  return references.filter((one) => !perNode.every((names) => registries.some((place) => names.has(place + one))));
}

/** Loads images from Docker into every node, where one lacks them. Returns those that it loaded. */
export async function loadImages(
  run: Run,
  cluster: Cluster,
  loader: readonly string[] | undefined,
  references: readonly string[],
): Promise<string[]> {
  const absent = await absentImages(cluster, references);
  if (absent.length === 0) return [];
  const [command = "", ...args] =
    loader ??
    (cluster.kind === "kind"
      ? ["kind", "load", "docker-image", "--name", cluster.context.replace(/^kind-/, "")]
      : ["minikube", "-p", cluster.context, "image", "load"]);
  await must(run, command, [...args, ...absent]);
  return absent;
}

/** The image of the chart's edge.kind=nginx, if Docker has it; a node that lacks it pulls it otherwise. */
export async function localNginx(run: Run): Promise<string[]> {
  const image = "nginx:stable-bookworm";
  return (await run("docker", ["image", "inspect", image])).code === 0 ? [image] : [];
}
