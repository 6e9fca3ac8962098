import { mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

// Usage: node scripts/build.ts [program…]; all of them where none is named.
const entries = {
  web: "server/src/web/main.ts",
  worker: "server/src/worker/main.ts",
  client: "client/src/main.ts",
  certs: "certs/src/main.ts",
};

// Packages in CommonJS call require(), which a bundle in ESM does not have of itself.
const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(entries, name));
if (unknown.length > 0) {
  process.stderr.write(`no program is called ${unknown.join(", ")}: ${Object.keys(entries).join(", ")}\n`);
  process.exit(2);
}

for (const [name, entry] of Object.entries(entries)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  rmSync(`dist/${name}`, { recursive: true, force: true });
  mkdirSync(`dist/${name}`, { recursive: true });
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `dist/${name}/main.mjs`,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    banner: { js: banner },
    // Half the size; names stay, and the map leads to the lines of the sources.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  const bytes = metafile.outputs[`dist/${name}/main.mjs`]?.bytes ?? 0;
  process.stdout.write(`dist/${name}/main.mjs  ${Math.ceil(bytes / 1024)} KiB\n`);
}
