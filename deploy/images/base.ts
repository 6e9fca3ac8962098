import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { z } from "zod";
import { run } from "../run.ts";

/** The base image. */
export interface Base {
  /** As named in the Dockerfile or on the command line. */
  readonly name: string;
  /** `sha256:…` of the name at look-up; null: its registry could not be reached. */
  readonly digest: string | null;
}

const manifest = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** The default of the Dockerfile's argument BASE. */
export function defaultBase(root: string): string {
  const name = /^ARG BASE=(\S+)$/m.exec(readFileSync(join(root, "Dockerfile"), "utf8"))?.[1];
  if (name === undefined) throw new UserError("The Dockerfile has no line `ARG BASE=…`.");
  return name;
}

/** Looks up the digest of a base image in its registry, so that all images of one run have the same base. */
export async function resolveBase(name: string): Promise<Base> {
  const given = /@(sha256:[0-9a-f]{64})$/.exec(name)?.[1];
  if (given !== undefined) return { name, digest: given };
  // Not `{{.Manifest.Digest}}`: buildx prints several lines for it.
  const inspect = ["buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", name];
  const { code, stdout } = await run("docker", inspect, { timeoutMs: 60_000 });
  return { name, digest: code === 0 ? manifest.parse(JSON.parse(stdout)).digest : null };
}

/** The reference for a build: with the digest if it is known. Pure. */
export function pinned({ name, digest }: Base): string {
  return digest === null || name.endsWith(digest) ? name : `${name}@${digest}`;
}
