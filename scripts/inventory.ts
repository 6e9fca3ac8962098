import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folders of the packages that the files of a bundle are from, such as `node_modules/hono`, sorted. Pure. */
export function packageFolders(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * Writes a package.json with name, version and licence for each package in a bundle, where scanners look for them:
 * without it, an image's bill of materials and its vulnerability scan miss all bundled packages.
 */
export function writeInventory(inputs: readonly string[], folder: string): void {
  for (const place of packageFolders(inputs)) {
    const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    // A workspace of this repository is a link, and has no version.
    if (version === undefined) continue;
    const file = join(folder, place.slice(place.indexOf("node_modules/")), "package.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ name, version, license })}\n`);
  }
}
