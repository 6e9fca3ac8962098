import { mkdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { answerHelp } from "@analyze/common/usage";
import { writeInventory } from "./inventory.ts";
import manifest from "../package.json" with { type: "json" };

const entries: Record<string, Record<string, string>> = {
  // `npm run data` and `npm run tasks` for containers and jobs. They share the drivers with web, so they need no separate image.
  web: { main: "server/src/web/main.ts", data: "server/src/data/main.ts", tasks: "server/src/admin/main.ts" },
  worker: { main: "server/src/worker/main.ts" },
  client: { main: "client/src/main.ts" },
  certs: { main: "certs/src/main.ts" },
};

// Dynamic imports of these, such as the Redis client, stay separate files that are loaded on demand.
const split = new Set(["web", "worker"]);

// Packages in CommonJS call require(), which an ESM bundle lacks.
// With a name that no package uses.
const banner = 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

// Of the root's package.json a bundle needs only the version.
const versionOnly: Plugin = {
  name: "version-only",
  setup: ({ onLoad }) => {
    const root = resolve("package.json");
    onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) =>
      path === root ? { contents: JSON.stringify({ version: manifest.version }), loader: "json" } : undefined,
    );
  },
};

// Packages that are not called, or that Node includes: a third of what web loads.
const replaced: readonly [file: RegExp, contents: string][] = [
  // BullMQ's other database.
  [/[\\/]bullmq[\\/]dist[\\/]esm[\\/]postgres[\\/]index\.js$/, "export {};"],
  // Messages in 50 languages.
  [/[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/, 'export { default as en } from "./en.js";'],
  // MongoDB's driver reads its URL with it.
  [/[\\/]whatwg-url[\\/]index\.js$/, 'module.exports = require("node:url");'],
];

const lighter: Plugin = {
  name: "lighter",
  setup: ({ onLoad }) => {
    for (const [filter, contents] of replaced) onLoad({ filter }, () => ({ contents }));
  },
};

// Clients of databases without a map to their lines, which would be as large as their code. Their given map has one line.
const unmapped = /[\\/]node_modules[\\/](?:bson|bullmq|ioredis|luxon|mongodb)[\\/].*\.[cm]?js$/;
const emptyMap = Buffer.from('{"version":3,"sources":["client"],"mappings":"AAAA"}').toString("base64");

const withoutMaps: Plugin = {
  name: "without-maps",
  setup: ({ onLoad }) => {
    onLoad({ filter: unmapped }, async ({ path }) => {
      const code = (await readFile(path, "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, "");
      return { contents: `${code}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}` };
    });
  },
};

const wanted = process.argv.slice(2);
answerHelp(`usage: npm run build -- [${Object.keys(entries).join("|")}]…   default: all of them`, wanted);
const unknown = wanted.filter((name) => !Object.hasOwn(entries, name));
if (unknown.length > 0) {
  process.stderr.write(`no program is called ${unknown.join(", ")}: ${Object.keys(entries).join(", ")}\n`);
  process.exit(2);
}

for (const [name, entryPoints] of Object.entries(entries)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  rmSync(`dist/${name}`, { recursive: true, force: true });
  mkdirSync(`dist/${name}`, { recursive: true });
  const { metafile } = await build({
    entryPoints,
    outdir: `dist/${name}`,
    outExtension: { ".js": ".mjs" },
    splitting: split.has(name),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    banner: { js: banner },
    // Half the size; names are kept, and the map has the sources' lines.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: true,
    sourcesContent: false,
    plugins: [versionOnly, lighter, withoutMaps],
    // Its ESM modules, so that the bundle contains only what is used.
    alias: { bullmq: resolve("node_modules/bullmq/dist/esm/index.js") },
    metafile: true,
    logLevel: "warning",
  });
  writeInventory(Object.keys(metafile.inputs), `dist/${name}`);
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (file.endsWith(".mjs")) process.stdout.write(`${file}  ${Math.ceil(bytes / 1024)} KiB\n`);
  }
}
