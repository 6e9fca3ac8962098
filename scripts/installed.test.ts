import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { installed } from "./installed.mjs";

const manifest = { dependencies: { zod: "4.0.0" }, devDependencies: { vitest: "5.0.0" } };
const lock = {
  "": manifest,
  "node_modules/zod": { version: "4.0.0" },
  "node_modules/vitest": { version: "5.0.0", dev: true },
  "node_modules/only-on-windows": { version: "1.0.0", optional: true },
  "node_modules/only-on-windows-dev": { version: "1.0.0", devOptional: true },
  "node_modules/peer": { version: "1.0.0", peer: true },
};
const all = { "node_modules/zod": { version: "4.0.0" }, "node_modules/vitest": { version: "5.0.0", dev: true } };
const runtime = { "node_modules/zod": { version: "4.0.0" } };

/** A folder with these files; a text is written as it is. */
function folder(files: Readonly<Record<string, unknown>>): string {
  const path = mkdtempSync(join(tmpdir(), "installed-"));
  for (const [name, content] of Object.entries({ "package.json": manifest, ...files })) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return path;
}

const list = "node_modules/.package-lock.json";
const withPackages = (present: object, locked: object = lock, more: object = {}): string =>
  folder({ "package-lock.json": { packages: locked }, [list]: { packages: present }, ...more });

describe("the packages of a folder", () => {
  it.each<[what: string, present: object, runtime: boolean, everything: boolean, dev: boolean]>([
    ["all of them", all, true, true, true],
    ["those of runtime", runtime, true, false, false],
    ["none", {}, false, false, false],
    ["another version of one", { ...all, "node_modules/zod": { version: "4.0.1" } }, false, false, true],
    ["only those of development", { "node_modules/vitest": { version: "5.0.0" } }, false, false, true],
    [
      "one more, which the lock file does not know",
      { ...all, "node_modules/x": { version: "1.0.0" } },
      true,
      true,
      true,
    ],
  ])("are complete or not where npm installed %s", (_, present, forRuntime, forAll, dev) => {
    const path = withPackages(present);
    expect(installed(path, "runtime")).toEqual({ complete: forRuntime, dev });
    expect(installed(path, "all")).toEqual({ complete: forAll, dev });
  });

  it.each([
    ["there is no list of npm", { "package-lock.json": { packages: lock } }],
    ["the list is cut off", { "package-lock.json": { packages: lock }, [list]: '{"packages":{"node_modu' }],
    ["the list is of another form", { "package-lock.json": { packages: lock }, [list]: {} }],
    ["there is no lock file", { [list]: { packages: all } }],
    ["the lock file is empty", { "package-lock.json": "", [list]: { packages: all } }],
  ])("are not complete where %s", (_, files) => {
    expect(installed(folder(files), "runtime").complete).toBe(false);
  });

  it.each([
    ["a changed version", { dependencies: { zod: "4.1.0" }, devDependencies: { vitest: "5.0.0" } }, false],
    ["a new dependency", { ...manifest, optionalDependencies: { fsevents: "2.0.0" } }, false],
    ["a removed dependency", { dependencies: { zod: "4.0.0" } }, false],
    [
      "another order and a script",
      { scripts: { a: "b" }, devDependencies: { vitest: "5.0.0" }, dependencies: { zod: "4.0.0" } },
      true,
    ],
  ])("are complete or not where package.json has %s since the lock file was made", (_, changed, complete) => {
    expect(installed(withPackages(all, lock, { "package.json": changed }), "all").complete).toBe(complete);
  });

  it.each([
    ["agrees", { zod: "4.0.0" }, true],
    ["has a dependency that the lock file does not know", { zod: "4.0.0", hono: "4.0.0" }, false],
  ])("are complete only if each workspace %s", (_, dependencies, complete) => {
    const root = { ...manifest, workspaces: ["part"] };
    const locked = { ...lock, "": root, part: { version: "1.0.0", dependencies: { zod: "4.0.0" } } };
    const more = { "package.json": root, "part/package.json": { dependencies } };
    expect(installed(withPackages(all, locked, more), "all").complete).toBe(complete);
  });
});
