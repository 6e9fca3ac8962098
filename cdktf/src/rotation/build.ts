import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the rotation for Lambda, whose runtime brings the AWS SDK. Returns the folder with index.mjs. */
export async function buildRotation(): Promise<string> {
  const folder = fileURLToPath(new URL("../../dist/rotation", import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL("main.ts", import.meta.url))],
    outfile: `${folder}/index.mjs`,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    external: ["@aws-sdk/*"],
    logLevel: "warning",
  });
  return folder;
}
