import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create } from "tar";

/** What a host runs, as one archive: bundle, unit files, settings, CA. */
export interface Release {
  /** Hash of the archive; also its name in the bucket. */
  readonly sha256: string;
  /** Path of the archive on this machine. */
  readonly file: string;
}

export interface ReleaseParts {
  /** The client's bundle, an ES module. */
  readonly bundle: string;
  /** Folder with analyze-client.service, analyze.logrotate and analyze.tmpfiles. */
  readonly unitFolder: string;
  /** The CA that the client trusts; null: the system's own. */
  readonly caFile: string | null;
  /** The client's environment on the host. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Packs a release into `folder`. The same parts give the same bytes on every machine: no times, no owners, names sorted.
 * Rejects when a part cannot be read.
 */
export async function packRelease(parts: ReleaseParts, folder: string): Promise<Release> {
  await mkdir(folder, { recursive: true });
  const stage = await mkdtemp(join(folder, ".stage-"));
  try {
    for (const [name, content] of await contents(parts)) await writeFile(join(stage, name), content, { mode: 0o644 });
    const names = (await readdir(stage)).sort();
    const packed = `${stage}.tar.gz`;
    await create({ cwd: stage, file: packed, portable: true, noMtime: true, gzip: { level: 9 } }, names);
    const sha256 = createHash("sha256")
      .update(await readFile(packed))
      .digest("hex");
    const file = join(folder, `${sha256}.tar.gz`);
    await rename(packed, file);
    return { sha256, file };
  } finally {
    await rm(stage, { recursive: true });
  }
}

async function contents(parts: ReleaseParts): Promise<Map<string, Buffer | string>> {
  const files = new Map<string, Buffer | string>();
  files.set("main.mjs", await readFile(parts.bundle));
  for (const name of ["analyze-client.service", "analyze.logrotate", "analyze.tmpfiles"]) {
    files.set(name, await readFile(join(parts.unitFolder, name)));
  }
  if (parts.caFile !== null) files.set("ca.crt", await readFile(parts.caFile));
  files.set("client.env", environmentFile(parts.settings));
  return files;
}

/** systemd and a shell read single quotes alike; config.ts rejects a value with one. */
function environmentFile(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}
