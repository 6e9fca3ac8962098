import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { originArguments } from "./origin.ts";

/** Name and secret of a registry, as its login takes them. */
export interface RegistryLogin {
  readonly registry: string;
  readonly user: string;
  readonly password: string;
}

export interface ImagePush {
  /** Stage of the Dockerfile. */
  readonly target: string;
  /** Registry and repository, without tag. */
  readonly repository: string;
  readonly tag: string;
}

/** Docker is missing or failed; the message says which step. */
export class DockerError extends Error {
  override readonly name = "DockerError";
}

/** Folder of the Dockerfile: the project's root. */
export const project = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Builds one image of the Dockerfile and gives it the tag of the push. `platform`: as `docker build` takes it; null: this
 * machine's. Throws a DockerError.
 */
export function buildImage({ target, repository, tag }: ImagePush, platform: string | null): void {
  const wanted = platform === null ? [] : ["--platform", platform];
  docker([
    "build",
    "--target",
    target,
    "--tag",
    `${repository}:${tag}`,
    ...wanted,
    ...originArguments(project),
    project,
  ]);
}

/**
 * Logs in and pushes. The password goes through stdin into a configuration of this push alone: it is on no command line and
 * stays nowhere. Throws a DockerError.
 */
export function pushImages(login: RegistryLogin, images: readonly ImagePush[]): void {
  const folder = mkdtempSync(join(tmpdir(), "analyze-docker-"));
  const env = { DOCKER_CONFIG: folder };
  try {
    docker(["login", "--username", login.user, "--password-stdin", login.registry], env, login.password);
    for (const { repository, tag } of images) docker(["push", `${repository}:${tag}`], env);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function docker(args: string[], env: NodeJS.ProcessEnv = {}, input = ""): void {
  const done = spawnSync("docker", args, {
    stdio: ["pipe", "inherit", "inherit"],
    input,
    env: { ...process.env, ...env },
  });
  if (done.error) {
    throw new DockerError(`docker cannot be started (${done.error.message}): install it, or deploy with --no-images`);
  }
  if (done.status !== 0) throw new DockerError(`docker ${args[0]} failed; its own message is above.`);
}
