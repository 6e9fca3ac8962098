import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "../support/program.ts";
import { startOpenRegistry } from "./registry.ts";

/** Images that the Dockerfile starts from, by their name in the registry that stands in for all others. */
const bases = {
  "library/node:24-bookworm-slim": "node:24-bookworm-slim",
  "distroless/nodejs24-debian13:nonroot": "gcr.io/distroless/nodejs24-debian13:nonroot",
} as const;

export function docker(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync("docker", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

/** Today's BuildKit, as `docker buildx create` starts it in a container, and a registry that it pushes to and pulls bases from. */
export interface Builder {
  readonly registry: string;
  /** The base that the Dockerfile names, in that registry. */
  readonly base: string;
  /** Makes `docker buildx` use this builder. */
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  stop(): Promise<void>;
}

export async function startBuilder(): Promise<Builder> {
  const folder = mkdtempSync(join(tmpdir(), "builder-"));
  const { address, program } = await startOpenRegistry(folder);
  for (const [name, image] of Object.entries(bases)) {
    docker(["tag", image, `${address}/${name}`]);
    docker(["push", "--quiet", `${address}/${name}`]);
    docker(["rmi", `${address}/${name}`]);
  }
  const mirrors = ["docker.io", "gcr.io"].map((host) => `[registry."${host}"]\nmirrors = ["${address}"]\n`).join("");
  writeFileSync(join(folder, "buildkitd.toml"), `${mirrors}[registry."${address}"]\nhttp = true\n`);
  const socket = `unix://${join(folder, "buildkitd.sock")}`;
  const places = ["--config", join(folder, "buildkitd.toml"), "--root", join(folder, "state"), "--addr", socket];
  const daemon = startProgram("buildkitd", [...places, "--containerd-worker=false", "--oci-worker-net=host"]);
  await daemon.waitFor(/running server on/, 60_000);
  const name = `analyze-test-${process.pid}`;
  docker(["buildx", "create", "--name", name, "--driver", "remote", socket]);
  const stop = async (): Promise<void> => {
    docker(["buildx", "rm", name]);
    await Promise.all([daemon.stop(), program.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  const base = `${address}/distroless/nodejs24-debian13:nonroot`;
  return { registry: address, base, env: { BUILDX_BUILDER: name }, folder, stop };
}
