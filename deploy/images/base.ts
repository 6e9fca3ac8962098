import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { run } from "../run.ts";

/** The image below ours. */
export interface Base {
  /** As the Dockerfile or the command line names it. */
  readonly name: string;
  /** `sha256:…` that the name had when it was looked up; null: its registry could not be reached. */
  readonly digest: string | null;
}

/** The default of the Dockerfile's argument BASE. */
export function defaultBase(root: string): string {
  const name = /^ARG BASE=(\S+)$/m.exec(readFileSync(join(root, "Dockerfile"), "utf8"))?.[1];
  if (name === undefined) throw new UserError("The Dockerfile has no line `ARG BASE=…`.");
  return name;
}

/** Looks up the digest of a base image in its registry, so that all images of one run stand on the same one. */
export async function resolveBase(name: string): Promise<Base> {
  const given = /@(sha256:[0-9a-f]{64})$/.exec(name)?.[1];
  if (given !== undefined) return { name, digest: given };
  const inspect = ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", name];
  const { code, stdout } = await run("docker", inspect, { timeoutMs: 60_000 });
  const digest = stdout.trim();
  return { name, digest: code === 0 && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null };
}

/** The reference that a build uses: with the digest where it is known. Pure. */
export function pinned({ name, digest }: Base): string {
  return digest === null || name.endsWith(digest) ? name : `${name}@${digest}`;
}
