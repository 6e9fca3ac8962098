import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { failure, must, run, type RunOptions } from "../run.ts";
import { requireBuildKit } from "./builder.ts";
import type { ImageName } from "./images.ts";
import { originOf } from "./origin.ts";

/** User and password of a registry, as for `docker login`. */
export interface RegistryLogin {
  readonly registry: string;
  readonly user: string;
  readonly password: string;
}

/** Folder of the Dockerfile: the root of the project. It ends with a separator. */
export const project = fileURLToPath(new URL("../../", import.meta.url));

export interface BuildOptions {
  /** As for `docker build`. Default: the platform of Docker's machine. */
  readonly platform?: string | null | undefined;
  /** Show docker's output. */
  readonly show?: boolean;
}

/** Builds one image of the Dockerfile and gives it these names. Rejects with a UserError. */
export async function buildImage(
  image: ImageName,
  references: readonly string[],
  { platform, show = false }: BuildOptions = {},
): Promise<void> {
  await requireBuildKit();
  const names = references.flatMap((reference) => ["--tag", reference]);
  const wanted = platform ? ["--platform", platform] : [];
  const { args: values, labels } = await originOf(project);
  const origin = [...pairs("--build-arg", values), ...pairs("--label", labels)];
  const args = ["build", "--target", image, ...names, ...wanted, ...origin, project];
  if (show) await shown(args);
  else await must("docker", args);
}

function pairs(option: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}

/** Whether Docker has the image. */
export async function hasImage(reference: string): Promise<boolean> {
  return (await run("docker", ["image", "inspect", reference])).code === 0;
}

/** Whether Docker has the image, for this platform (`linux/amd64`; null: any). */
export async function hasPlatform(reference: string, platform: string | null): Promise<boolean> {
  const { code, stdout } = await run("docker", [
    "image",
    "inspect",
    "--format",
    "{{.Os}}/{{.Architecture}}",
    reference,
  ]);
  return code === 0 && (platform === null || stdout.trim() === platform);
}

/** Pulls an image for a platform, and shows it. Rejects with a UserError. */
export async function pullImage(reference: string, platform: string | null): Promise<void> {
  await shown(["pull", ...(platform === null ? [] : ["--platform", platform]), reference]);
}

/** Gives one of Docker's images a second name. Rejects with a UserError. */
export async function tagImage(reference: string, name: string): Promise<void> {
  await must("docker", ["tag", reference, name]);
}

/**
 * Logs in and pushes, to the daemon that builds. The password goes through stdin into a configuration for this push
 * only: it is on no command line and is not kept. Rejects with a UserError.
 */
export async function pushImages(login: RegistryLogin, references: readonly string[]): Promise<void> {
  const folder = temporaryConfig();
  const env = { DOCKER_CONFIG: folder };
  try {
    const { registry, user, password } = login;
    await shown(["login", "--username", user, "--password-stdin", registry], { env, input: password });
    for (const reference of references) await shown(["push", reference], { env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A Docker configuration without credentials, with the person's contexts: one may name the daemon. */
function temporaryConfig(): string {
  const own = process.env["DOCKER_CONFIG"] || join(homedir(), ".docker");
  const folder = mkdtempSync(join(tmpdir(), "analyze-docker-"));
  const contexts = join(own, "contexts");
  if (existsSync(contexts)) symlinkSync(contexts, join(folder, "contexts"), "junction");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: currentContext(own) }));
  return folder;
}

const config = z.object({ currentContext: z.string().nullish() });

function currentContext(folder: string): string | undefined {
  const file = join(folder, "config.json");
  return existsSync(file)
    ? (config.parse(JSON.parse(readFileSync(file, "utf8"))).currentContext ?? undefined)
    : undefined;
}

async function shown(args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { code, stderr } = await run("docker", args, { ...options, share: ["stdout", "stderr"] });
  if (code === 0) return;
  throw failure(stderr || `\`docker ${args[0]}\` failed with exit code ${code}. Its message is above.`);
}
