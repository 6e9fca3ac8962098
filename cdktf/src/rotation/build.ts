import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the rotation for Lambda, whose runtime brings the AWS SDK. Returns the folder with index.mjs. */
export async function buildRotation(): Promise<string> {
  const folder = fileURLToPath(new URL("../../dist/rotation", import.meta.url));
  const entry = fileURLToPath(new URL("main.ts", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    // The bundle has the sources' paths, relative to this folder: its hash does not depend on the caller's.
    absWorkingDir: dirname(entry),
    outfile: join(folder, "index.mjs"),
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node22",
    external: ["@aws-sdk/*"],
    logLevel: "warning",
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // Renamed, not overwritten: another synth may be reading it.
    writeFileSync(`${folder}.${process.pid}`, contents);
    renameSync(`${folder}.${process.pid}`, path);
  }
  return folder;
}
