import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { createApp } from "../src/app.ts";
import { config, environment, production, release, rotation, temporaryFolder } from "./support/fixture.ts";

const here = fileURLToPath(new URL("..", import.meta.url));

/** A folder in which `cdktf` is an npm alias of its successor cdktn; sources and other packages are the checkout's. */
function successor(): string {
  const folder = temporaryFolder();
  const dependencies = { cdktf: "npm:cdktn@0.24.0", constructs: "10.6.0" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  const npm = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const installed = spawnSync("npm", npm, { cwd: folder, encoding: "utf8" });
  if (installed.status !== 0) throw new Error(`npm install: ${installed.stderr}`);
  mkdirSync(join(folder, "node_modules", "@cdktf"));
  symlinkSync(join(here, "node_modules", "@cdktf/provider-aws"), join(folder, "node_modules", "@cdktf/provider-aws"));
  symlinkSync(join(here, "src"), join(folder, "src"));
  return folder;
}

/**
 * Resolves packages from cdktf/ itself, but for cdktn and what is built on it. `@analyze/common` is resolved to its real place: Node
 * strips no types below a link's node_modules.
 */
const packagesHook = `import { registerHooks } from "node:module";
const [common, parentURL] = ${JSON.stringify(["../../common/src/", "../src/app.ts"].map((path) => new URL(path, import.meta.url).href))};
registerHooks({
  resolve(specifier, context, next) {
    const name = /^@analyze\\/common\\/(.+)$/.exec(specifier)?.[1];
    if (name !== undefined) return { url: new URL(name + ".ts", common).href, shortCircuit: true };
    const isOwn = /^(\\.|\\/|node:|file:|data:|cdktf|constructs|@cdktf\\/)/.test(specifier);
    return next(specifier, isOwn || !context.parentURL?.includes("/src/") ? context : { ...context, parentURL });
  },
});
`;

/** The stack without the name of the library that wrote it. */
function stack(out: string, stage: string): unknown {
  const parsed: unknown = JSON.parse(
    readFileSync(join(out, "stacks", stage, "cdk.tf.json"), "utf8"),
    (key, value: unknown) => (key === "version" || key === "path" ? undefined : value),
  );
  return parsed;
}

describeWith([], "cdktn in place of cdktf", () => {
  it.each(["dev", "prod"])("synthesises the same stage %s", async (stage) => {
    const env = environment(stage === "prod" ? production : {});
    const builds = { release: await release(), rotation };
    const [before, after] = [temporaryFolder(), temporaryFolder()];
    createApp(config(env), builds, before).synth();

    const folder = successor();
    const program = join(folder, "synth.ts");
    const call = `createApp(readConfig(process.env), ${JSON.stringify(builds)}, ${JSON.stringify(after)}).synth();`;
    writeFileSync(
      program,
      `import { createApp } from "./src/app.ts";\nimport { readConfig } from "./src/config.ts";\n${call}\n`,
    );
    // Links are kept, so that every module finds cdktn and not the cdktf beside its real place.
    const hook = `data:text/javascript,${encodeURIComponent(packagesHook)}`;
    const flags = ["--preserve-symlinks", "--preserve-symlinks-main", "--import", hook];
    const run = spawnSync(process.execPath, [...flags, program], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(readFileSync(join(after, "stacks", stage, "cdk.tf.json"), "utf8")).toContain('"version": "0.24.0"');
    expect(stack(after, stage)).toEqual(stack(before, stage));
  });
});
