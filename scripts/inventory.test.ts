import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageFolders, writeInventory } from "./inventory.ts";

it.each([
  ["a package, once", ["node_modules/hono/dist/a.js", "node_modules/hono/dist/b.js"], ["node_modules/hono"]],
  ["a package with a scope", ["node_modules/@hono/node-server/dist/index.mjs"], ["node_modules/@hono/node-server"]],
  [
    "a second version of a package, inside of the one that needs it",
    ["node_modules/a/node_modules/b/index.js", "node_modules/b/index.js"],
    ["node_modules/a/node_modules/b", "node_modules/b"],
  ],
  ["nothing for the project's own files", ["server/src/web/main.ts", "node:fs"], []],
])("packageFolders names %s", (_, inputs, folders) => {
  expect(packageFolders(inputs)).toEqual(folders);
});

it("writeInventory writes what a scanner needs, and nothing for a workspace", () => {
  const root = mkdtempSync(join(tmpdir(), "inventory-"));
  const packages = {
    one: { name: "one", version: "1.2.3", license: "MIT", scripts: { test: "x" } },
    own: { name: "own" },
  };
  for (const [name, content] of Object.entries(packages)) {
    mkdirSync(join(root, "node_modules", name), { recursive: true });
    writeFileSync(join(root, "node_modules", name, "package.json"), JSON.stringify(content));
  }
  const out = join(root, "dist");
  writeInventory(
    ["one", "own"].map((name) => join(root, "node_modules", name, "index.js")),
    out,
  );
  const file = join(out, "node_modules/one/package.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ name: "one", version: "1.2.3", license: "MIT" });
  expect(() => readFileSync(join(out, "node_modules/own/package.json"))).toThrow("ENOENT");
});
