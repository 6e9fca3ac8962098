import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { clusterImages } from "@analyze/common/images";

/** The images of the Dockerfile, with their source files besides {@link common}. */
const sources = {
  web: ["server/src/{web,data,shared,contract}/**/*"],
  worker: ["server/src/{worker,shared,contract}/**/*"],
  client: ["client/src/**/*", "server/src/contract/**/*"],
  certs: ["certs/src/**/*"],
} as const;
const common = [
  "Dockerfile",
  ".dockerignore",
  "package.json",
  "package-lock.json",
  "{common,certs,server,client}/package.json",
  "common/src/**/*",
  "scripts/{build,inventory}.ts",
];

export type ImageName = keyof typeof sources;
export const imageNames: readonly ImageName[] = ["web", "worker", "client", "certs"];

/** Tags of the images that a cluster runs. */
export type ImageTags = Record<(typeof clusterImages)[number], string>;

/** Tag that changes if, and only if, the image's sources change. */
function contentTag(root: string, name: ImageName): string {
  const files = [...common, ...sources[name]]
    .flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return `src-${hash.digest("hex").slice(0, 16)}`;
}

export function tagsOf(root: string): ImageTags {
  const tag = (name: ImageName): string => contentTag(root, name);
  return { web: tag("web"), worker: tag("worker"), client: tag("client") };
}
