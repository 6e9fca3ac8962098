import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { failure, run } from "../run.ts";
import { type Base, pinned } from "./base.ts";
import { withoutBuilder } from "./builder.ts";
import type { Origin } from "./origin.ts";

export interface PublishOptions {
  /** Folder of the Dockerfile. */
  readonly root: string;
  /** `registry/path`; `/web` and so on is appended. */
  readonly registry: string;
  readonly tag: string;
  /** As Docker names them, such as `linux/amd64`. */
  readonly platforms: readonly string[];
  readonly base: Base;
  readonly origin: Origin;
  /** Build without a cache. */
  readonly noCache: boolean;
}

const digest = z.object({ "containerimage.digest": z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/**
 * Builds images for all platforms and pushes them with their provenance (SLSA v1), in one step: no daemon changes the
 * result. The same commit gives the same manifest for each platform. Resolves with `registry/name@sha256:…` by image.
 * Rejects with a UserError.
 */
export async function publishImages(
  images: readonly string[],
  options: PublishOptions,
): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-push-"));
  const [plan, metadata] = [join(folder, "plan.json"), join(folder, "metadata.json")];
  const target = Object.fromEntries(images.map((image) => [image, targetOf(image, options)]));
  writeFileSync(plan, JSON.stringify({ target }));
  const args = ["buildx", "bake", "--file", plan, "--metadata-file", metadata, ...images];
  try {
    const { code, stderr } = await run("docker", args, { cwd: options.root, share: ["stdout", "stderr"] });
    if (code !== 0)
      throw failure(stderr || `\`docker buildx bake\` failed with exit code ${code}. Its message is above.`);
    const written = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(metadata, "utf8")));
    return Object.fromEntries(
      images.map((image) => [image, `${options.registry}/${image}@${digestOf(written[image])}`]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function digestOf(metadata: unknown): string {
  return digest.parse(metadata)["containerimage.digest"];
}

/** One image, as a target of `docker buildx bake`. Pure. */
function targetOf(image: string, { registry, tag, platforms, base, origin, noCache }: PublishOptions): object {
  const labels = {
    ...origin.labels,
    ...(base.digest !== null && { "org.opencontainers.image.base.digest": base.digest }),
  };
  return {
    context: ".",
    target: image,
    platforms,
    tags: [`${registry}/${image}:${tag}`],
    args: { ...origin.args, BASE: pinned(base) },
    labels,
    output: ["type=image,push=true,rewrite-timestamp=true,oci-mediatypes=true"],
    attest: ["type=provenance,mode=max,version=v1"],
    "no-cache": noCache,
  };
}

/** Throws a UserError where the builder cannot push what it built with unchanged times: Docker's own, without containerd's image store. */
export async function requireBuilder(): Promise<void> {
  const { code, stdout: printed, stderr } = await run("docker", ["buildx", "inspect"]);
  if (code !== 0) throw failure(withoutBuilder(code, stderr));
  if (/^Driver:\s+(?!docker$)\S+$/m.test(printed)) return;
  const { stdout } = await run("docker", ["info", "--format", "{{json .DriverStatus}}"]);
  if (stdout.includes("io.containerd.snapshotter")) return;
  throw failure(
    "Docker's own builder cannot push reproducible images with their provenance. Make another one, once: " +
      "`docker buildx create --name analyze --use`",
  );
}

/** Platform of Docker's builder on this machine. */
export function ownPlatform(): string {
  return `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
}
